/** Processes of this machine. */

/** Whether a process of this number runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Signals to a process of another user are not permitted, but the process exists.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
