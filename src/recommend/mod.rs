//! Floor 3: recommendation from arrays: no language and no database in sight.
