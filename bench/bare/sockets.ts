/**
 * The least a live page can cost: a `ws` server that commits one row at each message and sends the message's
 * bytes to every open socket; with one socket that is an echo. Argument: database file.
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { openBareDatabase } from './database.ts';

const { commit } = openBareDatabase(process.argv[2] ?? '');
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    commit();
    for (const to of server.clients) to.send(data, { binary: false });
  });
});
http.listen(0, '127.0.0.1', () => {
  const bound = http.address();
  console.log(`ready on http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`);
});
process.once('SIGTERM', () => process.exit());
