//! Floor 4: templates, filters and the MIME message.
