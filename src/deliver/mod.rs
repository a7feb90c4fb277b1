//! Floor 5: the state database (journal and outbox in one) and the transports.
