const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const NOT_RUN = /NOT RUN: (\d+) cases? of (.+?): (.+)/;

/**
 * Writes what a project's suites came to into .cache/test-results/<project>.json, which Nx keeps with the cached run:
 * `{project, passed, failed, notRun: [{count, what, reason}], failures: [text]}`. A suite that cannot run here says so by
 * the line `NOT RUN: <n> cases of <what>: <reason>`. A run of chosen files or names writes nothing.
 */
class TestResults {
  constructor(globalConfig) {
    this.isPartial = globalConfig.nonFlagArgs.length > 0 || Boolean(globalConfig.testNamePattern);
    this.summary = { project: projectName(globalConfig.rootDir), passed: 0, failed: 0, notRun: [], failures: [] };
  }

  onTestResult(_test, result) {
    const { summary } = this;
    summary.passed += result.numPassingTests;
    summary.failed += result.numFailingTests;
    const said = (result.console ?? []).flatMap(({ message }) => message.split('\n')).flatMap(readNotRun);
    summary.notRun.push(...said);
    const silent = result.numPendingTests + result.numTodoTests - said.reduce((sum, { count }) => sum + count, 0);
    if (silent > 0)
      summary.notRun.push({ count: silent, what: result.testFilePath, reason: 'skipped without a reason' });
    // A suite that breaks before its first test counts as one failure, else it would vanish from the sum.
    if (result.testExecError && result.numFailingTests === 0) summary.failed += 1;
    if (result.failureMessage) summary.failures.push(result.failureMessage);
  }

  onRunComplete() {
    if (this.isPartial) return;
    const folder = resolve(__dirname, '../.cache/test-results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${this.summary.project}.json`), JSON.stringify(this.summary));
  }
}

function projectName(folder) {
  return JSON.parse(readFileSync(join(folder, 'project.json'), 'utf8')).name;
}

function readNotRun(line) {
  const found = NOT_RUN.exec(line);
  return found ? [{ count: Number(found[1]), what: found[2], reason: found[3].trim() }] : [];
}

module.exports = TestResults;
