//! Floor 2: the checked model as a graph of steps with content hashes.
