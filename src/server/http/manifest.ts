/** What a device is told that puts Porchlight on its home screen (W3C Web Application Manifest), in its reader's language. */
import type { FastifyInstance } from 'fastify';

/** As pages have it behind what they show. */
const BACKGROUND = '#f8f2e7';

/** What other apps may share: whatever can be sent. */
const SHARED = ['image/*', 'video/*', 'audio/*', 'text/*', 'application/*'];

const PNG = 'image/png';
const ICONS = [
  { src: '/static/icon-192.png', sizes: '192x192', type: PNG },
  { src: '/static/icon-512.png', sizes: '512x512', type: PNG },
  { src: '/static/icon-maskable.png', sizes: '512x512', type: PNG, purpose: 'maskable' },
  { src: '/static/favicon.svg', sizes: 'any', type: 'image/svg+xml' },
];

export function registerManifest(app: FastifyInstance): void {
  // Browsers ask for it without cookies, so it is in the browser's language, whatever its person has chosen.
  // Every page names it, so it is compressed although it is short.
  const compress = { threshold: 0, encodings: ['gzip' as const] };
  app.get('/manifest.webmanifest', { compress }, ({ reader: { t, locale } }, reply) =>
    reply
      .header('Cache-Control', 'no-cache')
      .header('Vary', 'Accept-Language')
      .type('application/manifest+json; charset=utf-8')
      .send({
        ...{ name: 'Porchlight', short_name: 'Porchlight', lang: locale },
        ...{ id: '/', start_url: '/chats', scope: '/', display: 'standalone' },
        ...{ background_color: BACKGROUND, theme_color: BACKGROUND, icons: ICONS },
        share_target: {
          ...{ action: '/share', method: 'POST', enctype: 'multipart/form-data' },
          params: { title: 'title', text: 'text', url: 'url', files: [{ name: 'files', accept: SHARED }] },
        },
        shortcuts: [
          { name: t('nav.friends'), url: '/friends' },
          { name: t('groups.new'), url: '/chats/new' },
          { name: t('nav.settings'), url: '/settings' },
        ],
      }),
  );
}
