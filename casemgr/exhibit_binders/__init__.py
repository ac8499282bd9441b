"""The binder of exhibits for a hearing: chosen, ordered, checked against the forum's rules, made, served, added to."""
