//! The time by which messages leave. Every other room sees only `as_of`; the real clock is made at the edge, in `cli`.

use jiff::Timestamp;

/// Tells the time to the delivery of messages.
pub trait Clock {
    /// The instant it is now.
    fn now(&self) -> Timestamp;

    /// The hand-over time to record for a message that was due at `due` and leaves now.
    fn hand_over(&self, due: Timestamp) -> Timestamp {
        let _ = due;
        self.now()
    }
}

/// A clock that stands at a run's `as_of`, for transports that send nothing: each message leaves exactly when it is due, so the same
/// run writes the same bytes whenever it is run.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedClock {
    /// Where the clock stands.
    pub as_of: Timestamp,
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        self.as_of
    }

    fn hand_over(&self, due: Timestamp) -> Timestamp {
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_message_leaves_when_it_is_due_and_a_real_one_when_it_leaves() {
        struct Real;
        impl Clock for Real {
            fn now(&self) -> Timestamp {
                Timestamp::from_second(500).unwrap()
            }
        }
        let due = Timestamp::from_second(100).unwrap();
        let simulated = SimulatedClock { as_of: Timestamp::from_second(50).unwrap() };
        assert_eq!(simulated.hand_over(due), due);
        assert_eq!(simulated.now(), Timestamp::from_second(50).unwrap());
        assert_eq!(Real.hand_over(due), Timestamp::from_second(500).unwrap());
    }
}
