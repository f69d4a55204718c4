/** Calls: their course, the socket that carries their signalling, their pages, and what is kept of them. */
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';
import { createCalls } from './calls.ts';
import type { CallGround } from './context.ts';
import { type CallPeopleParts, callPeopleRoutes } from './people-routes.ts';
import { type CallRecordingParts, callRecordingRoutes } from './recording-routes.ts';
import { type CallParts, callRoutes } from './routes.ts';
import { type ScreenshotParts, screenshotRoutes } from './screenshot-routes.ts';
import { type CallSocketParts, callSocket } from './socket.ts';
import { createCallStore } from './store.ts';

export const createCallParts = (parts: Omit<CallGround, 'store'> & { database: Database }) => ({
  calls: createCalls({ ...parts, store: createCallStore(parts.database) }),
});

export function registerCalls(
  app: FastifyInstance,
  parts: CallParts & CallPeopleParts & CallSocketParts & ScreenshotParts & CallRecordingParts,
): void {
  callRoutes(app, parts);
  callPeopleRoutes(app, parts);
  callSocket(app, parts);
  screenshotRoutes(app, parts);
  callRecordingRoutes(app, parts);
}
