// Preloaded into a launched program: when the launcher is gone, however it went, the program is asked to end.
if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
