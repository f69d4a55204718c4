/** The owner's page about whether the house can be reached. The looking is done when they ask for it. */
import type { FastifyInstance } from 'fastify';
import { requireOwner } from '../accounts/authentication.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createLimit } from '../http/attempt-limit.ts';
import { personError } from '../http/errors.ts';
import type { Reader } from '../language/reader.ts';
import { createDoctor } from './apart.ts';
import { CHECKS, countOf, type Finding, levelOf } from './findings.ts';
import { sentenceFor } from './sentence.ts';
import { targetsOf } from './targets.ts';

/** How often in so many ms: those whom it asks, such as push services, aren't to be bothered. */
const OFTEN = { most: 6, window: 10 * 60_000, keys: 1 };

/** What was found, and when, in ms since 1970. */
type Result = { at: number; findings: Finding[] };

/** In a reader's words, by checks, without those that had nothing to look at. */
const shown = ({ at, findings }: Result, reader: Reader) => ({
  at,
  wrong: countOf(findings, 'wrong'),
  warnings: countOf(findings, 'warning'),
  checks: CHECKS.map((name) => ({
    name,
    findings: findings
      .filter(({ check }) => check === name)
      .map((finding) => ({ level: levelOf(finding), sentence: sentenceFor(finding, reader) })),
  })).filter((check) => check.findings.length > 0),
});

export function doctorRoutes(
  app: FastifyInstance,
  { config, clock }: { config: Config; clock: Clock },
): void {
  const guard = { preHandler: requireOwner };
  const doctor = createDoctor();
  const limit = createLimit(clock, OFTEN);
  let running: Promise<void> | undefined;
  let last: Result | undefined;

  async function examine(): Promise<void> {
    const address = app.server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    const findings = await doctor.examine(targetsOf(config, port));
    last = { at: clock.now(), findings };
  }

  app.get('/admin/doctor', guard, ({ reader }, reply) =>
    reply.show('admin/doctor', {
      isRunning: running !== undefined,
      result: last && shown(last, reader),
    }),
  );

  // Whoever asks while it is being done waits for the same. It takes less time than any proxy waits for an answer.
  app.post('/admin/doctor', guard, async (_request, reply) => {
    if (!running) {
      if (!limit('')) throw personError(429, 'errors.tooMany');
      running = examine().finally(() => {
        running = undefined;
      });
    }
    await running;
    return reply.redirect('/admin/doctor', 303);
  });

  app.addHook('preClose', async () => doctor.stop());
}
