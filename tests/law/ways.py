"""What can be reached in a machine: used for the stages of a case and for the steps of a proceeding."""


def reach(edges: set[tuple[object, object]], start: object) -> set[object]:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for source, target in edges:
            if source == here and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
