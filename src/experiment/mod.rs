//! Floor 3: who is held out and who gets which variant, by keyed hash.
