/** The least a page can cost: Fastify that answers one word. */
import fastify from 'fastify';

const app = fastify();
app.get('/', () => 'hello');
await app.listen({ port: 0, host: '127.0.0.1', listenTextResolver: (address) => address });
const bound = app.server.address();
console.log(`ready on http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`);
process.once('SIGTERM', () => process.exit());
