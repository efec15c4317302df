/** The workflows run nothing that could change under them, with no more rights than they need, and nothing that does not exist. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

for (const file of readdirSync(folder)) {
  const text = readFileSync(join(folder, file), 'utf8');
  const { on, permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test(`${file}: every action is pinned by its commit, with the version beside it`, () => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    assert.ok(uses.length > 0);
    for (const line of uses) assert.match(line, /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${file}: the token may read the repository and no more, unless a job says otherwise`, () => {
    assert.deepEqual(permissions, { contents: 'read' });
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@')) assert.equal(inputs?.['persist-credentials'], false);
    }
  });

  test(`${file}: a job that may speak for the repository, or write, runs nothing of the packages`, () => {
    for (const job of Object.values(jobs)) {
      if (!Object.values(job.permissions ?? {}).includes('write')) continue;
      for (const { run = '' } of job.steps) {
        assert.match(run, /^(|npm publish --ignore-scripts .*\.tgz)$/);
      }
    }
  });

  test(`${file}: it never runs with the rights of the repository on code of a stranger`, () => {
    assert.doesNotMatch(JSON.stringify(on), /pull_request_target|workflow_run|issue_comment/);
    // What comes from outside, such as a branch's name, could be a command.
    for (const { run } of steps) assert.doesNotMatch(run ?? '', /\$\{\{/);
  });

  test(`${file}: every job ends, and runs only scripts that exist`, () => {
    for (const job of Object.values(jobs)) assert.ok(job['timeout-minutes']);
    for (const { run = '' } of steps) {
      const [, script] = /^npm run ([\w:]+)/.exec(run) ?? [];
      if (script !== undefined) assert.ok(Object.hasOwn(scripts, script), run);
      if (run.startsWith('.')) assert.ok(existsSync(join(root, run)), run);
    }
  });
}

test('a release names its repository in the package, without which npm takes no provenance, and has an image only of what npm took', () => {
  const { jobs } = parse(readFileSync(join(folder, 'release.yaml'), 'utf8')) as Workflow;
  const commands = jobs.package?.steps.map(({ run = '' }) => run) ?? [];
  const set = commands.findIndex((run) => run.startsWith('npm pkg set'));
  assert.match(commands[set] ?? '', /"repository.url=git\+https:\/\/github.com\/\$\{GITHUB_REPOSITORY\}.git"/);
  assert.ok(set < commands.indexOf('npm pack'));
  assert.equal(jobs.publish?.needs, 'package');
  assert.equal(jobs.image?.needs, 'publish');
});
