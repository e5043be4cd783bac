//! What the operating system says of a process: memory and CPU time. Known on Linux only; elsewhere nothing is said.

use std::time::Duration;

/// Ticks of a second in `/proc/PID/stat`; the same on every Linux.
const TICKS: u64 = 100;

/// The process that measures.
pub(super) fn own() -> u32 {
    std::process::id()
}

/// CPU time that a process has used in user and kernel mode.
pub(super) fn cpu(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    cpu_in(&stat)
}

/// Memory that a process occupies now, in bytes.
pub(super) fn rss(pid: u32) -> Option<u64> {
    status(pid, "VmRSS:")
}

/// The most memory that a process has occupied since the start or since [`forget_peak`], in bytes.
pub(super) fn peak_rss(pid: u32) -> Option<u64> {
    status(pid, "VmHWM:")
}

/// Begins to look for the peak anew, for this process.
pub(super) fn forget_peak() {
    // Where that is not allowed, the peak is that of the whole run, which errs on the safe side.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn status(pid: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

fn cpu_in(stat: &str) -> Option<Duration> {
    // The name of the program stands in brackets and may hold anything; the fields begin after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let user: u64 = fields.get(11)?.parse().ok()?;
    let kernel: u64 = fields.get(12)?.parse().ok()?;
    Some(Duration::from_millis((user + kernel) * 1_000 / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_whatever_the_program_is_called() {
        let stat =
            "42 (a (strange) 7 name) S 1 42 42 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 5 0 100 1 1";
        assert_eq!(cpu_in(stat), Some(Duration::from_secs(3)));
        assert_eq!(cpu_in("nonsense"), None);
    }
}
