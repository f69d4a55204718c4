/** Looks for what makes the house unreachable, and prints a line about each thing, or all of it for scripts. */
import { existsSync } from 'node:fs';
import { databaseIn } from '../backup/data-folder.ts';
import { createDoctor } from '../doctor/apart.ts';
import { countOf, type Finding, type Level, levelOf } from '../doctor/findings.ts';
import { sentenceFor } from '../doctor/sentence.ts';
import { targetsOf } from '../doctor/targets.ts';
import { SERVER_ZONE } from '../language/anonymous-reader.ts';
import { type Reader, readerFor } from '../language/reader.ts';
import { AdminError, type Command } from './command.ts';

/** As wide as the widest, so that the lines stand in columns. */
const SIGNS: Record<Level, string> = {
  good: 'ok     ',
  note: '-      ',
  warning: 'warning',
  wrong: 'WRONG  ',
};

const line = (finding: Finding, reader: Reader): string =>
  `${SIGNS[levelOf(finding)]} ${reader.t(`doctor.checks.${finding.check}`)}: ${sentenceFor(finding, reader)}`;

/** For scripts: `check`, `level`, `code` and the names in `values` keep their meaning, `sentence` may change. */
const asJson = (findings: Finding[], reader: Reader): string =>
  JSON.stringify(
    {
      wrong: countOf(findings, 'wrong'),
      warnings: countOf(findings, 'warning'),
      findings: findings.map((finding) => ({
        check: finding.check,
        level: levelOf(finding),
        code: finding.code,
        values: finding.values,
        sentence: sentenceFor(finding, reader),
      })),
    },
    undefined,
    2,
  );

export const doctor: Command = {
  usage: '[--json]',
  summary:
    'Check whether others can reach this house, and its data folder. Exits with 1 if something is wrong.',
  names: 0,
  options: { json: { type: 'boolean' } },
  async run({ config, terminal, options }) {
    if (!existsSync(databaseIn(config.dataDir)))
      throw new AdminError(
        `There is no database in ${config.dataDir}. Set DATA_DIR to the data folder of Porchlight.`,
      );
    const findings = await createDoctor().examine(targetsOf(config));
    const reader = readerFor('en', SERVER_ZONE);
    if (options.json === true) terminal.say(asJson(findings, reader));
    else for (const finding of findings) terminal.say(line(finding, reader));
    const wrong = countOf(findings, 'wrong');
    if (wrong > 0) throw new AdminError(wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`);
  },
};
