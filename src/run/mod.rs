//! Floor 7: the interpreter of a plan.
