//! One process a campaign: a lock that the operating system holds, and lets go if the process dies.

use std::fs::{File, TryLockError};

use super::{State, StateError};
use crate::deliver::filename;

/// Held while a campaign runs. The lock's file stays where it is: removing it would let two processes each lock one of their own.
#[derive(Debug)]
pub struct RunLock {
    /// Locked as long as it is open; none for a state in memory, which nobody else can see.
    _file: Option<File>,
}

impl State {
    /// Takes the lock on running a campaign, and holds it until the value is dropped or the process ends, however it ends.
    ///
    /// # Errors
    /// [`StateError::AlreadyRunning`] if another process (or another part of this one) holds it.
    pub fn lock(&self, campaign: &str) -> Result<RunLock, StateError> {
        let Some(folder) = &self.folder else { return Ok(RunLock { _file: None }) };
        let path = folder.join(format!("run-{}.lock", filename::of_name(campaign)));
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(|detail| StateError::Folder { path: path.clone(), detail })?;
        match file.try_lock() {
            Ok(()) => Ok(RunLock { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => {
                Err(StateError::AlreadyRunning { campaign: campaign.to_owned() })
            }
            Err(TryLockError::Error(detail)) => Err(StateError::Folder { path, detail }),
        }
    }
}
