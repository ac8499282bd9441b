"""Live references to exhibits in what people write: kept by the paper, worded by its place today."""
