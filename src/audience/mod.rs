//! Floor 3: segments and profiles as SQL, and the gates between a segment and its recipients.
