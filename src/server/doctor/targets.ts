/** What the doctor looks at: of the configuration what it needs, and nothing that anybody sends. */
import * as v from 'valibot';
import type { Config } from '../config.ts';

const text = v.undefinedable(v.string());

/** As a process of its own is told it. */
export const Targets = v.object({
  port: v.number(),
  httpPort: v.number(),
  host: text,
  dataDir: v.string(),
  publicUrl: text,
  publicAddress: text,
  tls: v.undefinedable(
    v.variant('by', [
      v.object({ by: v.literal('files'), cert: v.string(), key: v.string() }),
      v.object({ by: v.literal('acme'), name: v.string(), directory: v.string(), email: text }),
      v.object({ by: v.literal('lan'), host: text }),
    ]),
  ),
  stunUrls: v.array(v.string()),
  turn: v.undefinedable(v.object({ urls: v.array(v.string()), secret: v.string() })),
  hasOwnRelay: v.boolean(),
});
export type Targets = v.InferOutput<typeof Targets>;

/** @param port on which the server listens, where that is known better than from the configuration */
export const targetsOf = (config: Config, port = config.port): Targets => ({
  port,
  httpPort: config.httpPort,
  host: config.host,
  dataDir: config.dataDir,
  publicUrl: config.publicUrl,
  publicAddress: config.publicAddress,
  tls: config.tls,
  stunUrls: config.stunUrls,
  turn: config.turn,
  hasOwnRelay: config.hasOwnRelay,
});
