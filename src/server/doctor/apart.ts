/** Has a process of its own look, and gathers what it finds. */
import { type ChildProcess, fork } from 'node:child_process';
import * as v from 'valibot';
import { scriptBeside } from '../paths.ts';
import { houseAuthorityPath } from '../tls/certificate-files.ts';
import { CHECKS, type CheckName, Finding, missed } from './findings.ts';
import type { Targets } from './targets.ts';

const WORKER = scriptBeside(import.meta, 'doctor-worker');
/** ms for everything; what hasn't been told by then isn't waited for. */
const PATIENCE = 28_000;

const Report = v.object({ check: v.picklist(CHECKS), findings: v.array(Finding) });
/** What the process says. */
export type Report = v.InferOutput<typeof Report>;

/** As every device in the house does. */
const trustIn = ({ tls, dataDir }: Targets): NodeJS.ProcessEnv =>
  tls?.by === 'lan' ? { NODE_EXTRA_CA_CERTS: houseAuthorityPath({ dataDir }) } : {};

export function createDoctor() {
  const running = new Set<ChildProcess>();

  return {
    /** Everything that was found, in the order of `CHECKS`. Never rejects; a check that wasn't heard of is told as missed. */
    examine: (targets: Targets): Promise<Finding[]> =>
      new Promise<Finding[]>((resolve) => {
        const heard = new Map<CheckName, Finding[]>();
        let isLate = false;
        const child = fork(WORKER, [], {
          env: { ...process.env, ...trustIn(targets) },
          execArgv: [],
          serialization: 'advanced',
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        });
        running.add(child);
        const tired = setTimeout(() => {
          isLate = true;
          child.kill('SIGKILL');
        }, PATIENCE);
        child.on('message', (message) => {
          const { success, output } = v.safeParse(Report, message);
          if (success) heard.set(output.check, output.findings);
        });
        const done = () => {
          clearTimeout(tired);
          running.delete(child);
          const why = isLate ? 'any.late' : 'any.failed';
          resolve(CHECKS.flatMap((name) => heard.get(name) ?? [missed(name, why)]));
        };
        // Either may come more than once, or both.
        child.on('close', done).on('error', done);
        // Without a process there is no way to it either.
        if (child.pid !== undefined) child.send(targets);
        // Where the system has no room for a process, starting one throws.
      }).catch(() => CHECKS.map((name) => missed(name, 'any.failed'))),
    /** Ends what is under way. */
    stop(): void {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}
