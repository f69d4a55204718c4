/** Puts the server together. It reads like its table of contents. */
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { join } from 'node:path';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { invitationRoutes } from './friends/invitation-routes.ts';
import { joinRoutes } from './friends/join-routes.ts';
import { createKnownDevices } from './accounts/known-devices.ts';
import { loginRoutes } from './accounts/login-routes.ts';
import { secretOf } from './accounts/secret-store.ts';
import { createSessions } from './accounts/sessions.ts';
import { settingsRoutes } from './settings/routes.ts';
import { createSetup } from './accounts/setup.ts';
import { createAccountStore } from './accounts/store.ts';
import { adminRoutes } from './admin/routes.ts';
import { storageRoutes } from './admin/storage-routes.ts';
import { createCalls } from './calls/calls.ts';
import { callRoutes } from './calls/routes.ts';
import { callSocket } from './calls/socket.ts';
import { createCallStore } from './calls/store.ts';
import { createChats } from './chats/chats.ts';
import { messageRoutes } from './chats/message-routes.ts';
import { createHistoryRenderer } from './chats/newest-page.ts';
import { createPermission } from './chats/permission.ts';
import { chatRoutes } from './chats/routes.ts';
import { createRowRenderer } from './chats/rows.ts';
import { sendRoutes } from './chats/send-routes.ts';
import { createChatStore } from './chats/store.ts';
import { type Clock, systemClock } from './clock.ts';
import { createCommitQueue } from './commit-queue.ts';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './database.ts';
import { createEvents } from './events.ts';
import { createFiles } from './files/files.ts';
import { createFolderStore } from './files/folder-store.ts';
import { createFolders } from './files/folders.ts';
import { createIntake, LARGEST } from './files/intake.ts';
import { createMedia } from './files/media.ts';
import { createPictures } from './files/pictures.ts';
import { createPortraits } from './files/portraits.ts';
import { filePosterRoutes } from './chats/video-poster-routes.ts';
import { createPosters } from './files/posters.ts';
import { fileRoutes } from './files/routes.ts';
import { screenshotRoutes } from './calls/screenshot-routes.ts';
import { createFileStore } from './files/store.ts';
import { createSweep } from './files/sweep.ts';
import { createFriends } from './friends/friends.ts';
import { createPresence } from './friends/presence.ts';
import { friendRoutes } from './friends/routes.ts';
import { createFriendStore } from './friends/store.ts';
import { addressInstead } from './http/address.ts';
import { readAssets, registerAssets } from './http/assets.ts';
import { readCertificate, watchCertificate } from './tls/certificate.ts';
import { registerClosing } from './http/closing.ts';
import { registerCsrf } from './http/csrf.ts';
import { registerErrors, showBare } from './http/errors.ts';
import { registerHeaders } from './http/headers.ts';
import { registerHealth } from './http/health.ts';
import { loggerOptions, registerRequestLog } from './http/logging.ts';
import { registerMultipart } from './http/multipart.ts';
import { registerSession } from './accounts/authentication.ts';
import { registerSlowBodies } from './http/slow-bodies.ts';
import { registerSockets } from './http/sockets.ts';
import { refuseUpgrades } from './http/upgrades.ts';
import { createEta, registerViews } from './http/views.ts';
import { registerWriteGate } from './http/write-gate.ts';
import { createFreshness } from './live/freshness.ts';
import { registerLive } from './live/index.ts';
import { watchOtherProcesses } from './other-processes.ts';
import { createOutside, guardTimers } from './outside.ts';
import { createFinishing } from './recordings/finishing.ts';
import { createMaker } from './recordings/playable.ts';
import { posterRoutes } from './recordings/poster-routes.ts';
import { createRecordings } from './recordings/recordings.ts';
import { recordingRoutes } from './recordings/routes.ts';
import { createRecordingStore } from './recordings/store.ts';
import { uploadRoutes } from './recordings/upload-routes.ts';
import { createReserve, type Reserve } from './reserve.ts';
import { narrowRights } from './rights.ts';
import type { Services } from './services.ts';
import { troubleOf } from './trouble.ts';
import { createWriting } from './writing.ts';

/** Bytes of a posted form: 10,000 characters of four bytes, percent-encoded, and room to spare. */
const LONGEST_BODY = 256 * 1024;

/** ms until a file must have come in whole; Node's five minutes would cut large ones off. Forms have less time. */
const LONGEST_REQUEST = 6 * 60 * 60 * 1000;
/** ms until a connection on which nothing moves is taken for dead; sockets have heartbeats of their own. */
const SILENCE = 2 * 60 * 1000;

declare module 'fastify' {
  interface FastifyInstance {
    services: Services;
  }
}

/**
 * ms an idle connection is kept: longer than proxies and browsers keep theirs, because whoever closes first must
 * not be the server, just as a request is on its way.
 */
const KEPT_ALIVE = 72_000;

/** Open at once: some thousand pages. Each costs some 20 KB, whoever has opened it. */
const MOST_CONNECTIONS = 4_000;

/** http, or https where a certificate is given. */
function serverFactory({ tls }: Config): (handler: RequestListener) => HttpServer {
  const limits = { requestTimeout: LONGEST_REQUEST, keepAliveTimeout: KEPT_ALIVE };
  return (handler) => {
    const server = tls
      ? createHttpsServer({ ...limits, ...readCertificate(tls) }, handler)
      : createHttpServer(limits, handler);
    server.maxConnections = MOST_CONNECTIONS;
    return server.setTimeout(SILENCE);
  };
}

/** A start needs room for SQLite's shared memory: on a full disk the reserve is given up for it. */
function openWithReserve(path: string, reserve: Reserve): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    reserve.assertWritable();
    if (troubleOf(error) !== 'full') throw error;
    reserve.give();
    return openDatabase(path);
  }
}

/** Builds the server on the database in `config.dataDir`; the caller listens, or injects. */
export async function buildApp(config: Config, time: Clock = systemClock): Promise<FastifyInstance> {
  const reserve = createReserve(config.dataDir);
  const database = openWithReserve(join(config.dataDir, 'porchlight.db'), reserve);
  const app = fastify({
    serverFactory: serverFactory(config),
    logger: loggerOptions(config.logLevel),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy,
    bodyLimit: LONGEST_BODY,
    frameworkErrors: (error, request, reply) => showBare({ render, setHeaders }, error, request, reply),
    // A closing server ends idle keep-alive connections at once; requests in flight are finished.
    forceCloseConnections: 'idle',
  });

  const writing = createWriting(database, reserve, app.log);
  const outside = createOutside(time, app.log, writing);
  const clock = guardTimers(time, outside);
  const events = createEvents(outside);
  const queue = createCommitQueue(database, writing.turn);

  const rights = narrowRights(config.dataDir);
  if (rights.found.length > rights.left.length)
    app.log.info({ paths: rights.found }, 'the data folder was readable by others, and is no longer');
  if (rights.left.length > 0)
    app.log.warn(
      { paths: rights.left },
      'others on this machine can read the data folder: give it to the server’s user, mode 700',
    );

  const accounts = createAccountStore(database);
  const sessions = createSessions(database, clock, events, config.secure, outside.spare);
  const knownDevices = createKnownDevices(secretOf(database, 'known devices'), clock, config.secure);
  const setup = createSetup(accounts);
  const friends = createFriends(createFriendStore(database), accounts, clock, events);
  const presence = createPresence(clock, events);
  const chatStore = createChatStore(database);
  const folders = createFolders({
    store: createFolderStore(database),
    dataDir: config.dataDir,
    events,
    log: app.log,
  });
  const files = createFiles({
    store: createFileStore(database),
    folders,
    queue,
    isMember: chatStore.isMember,
    dataDir: config.dataDir,
    clock,
    events,
  });
  const media = createMedia();
  const pictures = createPictures();
  const sweep = createSweep(files, clock, app.log);
  const chats = createChats(chatStore, queue, friends, files, clock, events);
  const permission = createPermission({ sessions, chats, friends });
  const calls = createCalls({
    store: createCallStore(database),
    chats,
    friends,
    accounts,
    clock,
    outside,
    events,
    config,
  });
  const recordingStore = createRecordingStore(database);
  const recordings = createRecordings(
    { store: recordingStore, files, chats, queue, clock, events, outside },
    (finished) =>
      createFinishing({
        ...{ store: recordingStore, files, queue, clock, finished },
        maker: createMaker(),
        log: app.log,
      }),
  );

  registerRequestLog(app);
  await app.register(cookie);
  await app.register(formbody);
  await registerMultipart(app, LARGEST);
  await app.register(compress, {
    threshold: 1024,
    encodings: ['gzip'],
    zlibOptions: { level: 3 },
    // A page takes less time to compress than to hand over to another thread and back.
    syncThreshold: 128 * 1024,
  });
  await registerSockets(app);
  registerClosing(app);
  const setHeaders = registerHeaders(app, config.secure);
  await registerAssets(app);
  registerSession(app, sessions, knownDevices);
  const freshness = createFreshness({ events, friends, chats, permission });
  const render = await registerViews(app, createEta(), readAssets(), {
    unread: chats.unreadChats,
    mark: freshness.mark,
    instead: (request) => addressInstead(config, request),
  });
  refuseUpgrades(app);
  registerSlowBodies(app, clock);
  await registerCsrf(app, config);
  registerWriteGate(app, writing);
  registerErrors(app, writing.note);
  registerHealth(app, database, writing);

  const renderRow = createRowRenderer(render, files.ofMessage);
  const services: Services = {
    config,
    clock,
    outside,
    writing,
    events,
    accounts,
    sessions,
    knownDevices,
    setup,
    friends,
    presence,
    chats,
    permission,
    files,
    intake: createIntake(files, pictures, media),
    portraits: createPortraits(files, pictures),
    posters: createPosters(files, pictures),
    sweep,
    renderRow,
    renderHistory: createHistoryRenderer(chats, renderRow),
    calls,
    recordings,
  };

  joinRoutes(app, services);
  loginRoutes(app, services);
  settingsRoutes(app, services);
  friendRoutes(app, services);
  invitationRoutes(app, services);
  chatRoutes(app, services);
  sendRoutes(app, services);
  messageRoutes(app, services);
  callRoutes(app, services);
  callSocket(app, services);
  fileRoutes(app, services);
  filePosterRoutes(app, services);
  screenshotRoutes(app, services);
  storageRoutes(app, services);
  recordingRoutes(app, services);
  uploadRoutes(app, services);
  posterRoutes(app, services);
  adminRoutes(app, services);
  registerLive(app, services, freshness, render);

  const stopForgetting = sessions.forgetExpired();
  const stopWatching = watchOtherProcesses(database, outside, sessions.noticeEnded);
  const stopRenewing =
    config.tls && app.server instanceof HttpsServer
      ? watchCertificate(app.server, config.tls, clock, app.log)
      : () => {};
  app.addHook('onClose', async () => {
    stopWatching();
    stopForgetting();
    stopRenewing();
    outside.stop();
    writing.stop();
    presence.stop();
    calls.stop();
    await recordings.stop();
    sweep.stop();
    pictures.stop();
    media.stop();
    database.close();
  });
  recordings.start();
  outside.attempt('sweeping files', sweep.run);
  app.decorate('services', services);
  return app;
}
