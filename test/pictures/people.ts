/** The demo's family as drawings, for cameras of the README's pictures. */

interface Drawing {
  /** The wall's colours: in the light, and away from it. */
  wall: [string, string];
  skin: string;
  shirt: string;
  /** What lies behind the head, over it, and on the face; 640 × 360, the head's middle at 320, 190. */
  behind: string;
  over: string;
}

const eyes = [272, 368]
  .map(
    (x) =>
      `<circle cx="${x}" cy="178" r="10" fill="#2b1d1a"/><circle cx="${x + 3}" cy="174" r="3" fill="#fff"/>`,
  )
  .join('');
const cheeks = [238, 402]
  .map((x) => `<circle cx="${x}" cy="222" r="20" fill="#e8735f" opacity=".35"/>`)
  .join('');
const smile =
  '<path d="M278 240 Q320 286 362 240 Q320 254 278 240Z" fill="#8e2f2b"/><path d="M290 246 Q320 262 350 246 Q320 254 290 246Z" fill="#fff"/>';
const nose =
  '<path d="M310 206 Q320 218 330 206" fill="none" stroke="#b5724f" stroke-width="5" stroke-linecap="round"/>';
const brows = (colour: string) =>
  [
    [254, 288],
    [352, 386],
  ]
    .map(
      ([from, to]) =>
        `<path d="M${from} 152 Q${((from ?? 0) + (to ?? 0)) / 2} 138 ${to} 152" fill="none" stroke="${colour}" stroke-width="7" stroke-linecap="round"/>`,
    )
    .join('');

const DRAWINGS = {
  anna: {
    wall: ['#f2e3b3', '#b9d3d0'],
    skin: '#f1c9a5',
    shirt: '#d9a441',
    behind: '<path d="M190 360 Q180 60 320 56 Q460 60 450 360Z" fill="#5a3022"/>',
    over: `<path d="M216 170 Q226 84 330 78 Q420 84 426 176 Q372 152 330 106 Q280 150 216 170Z" fill="#5a3022"/>${brows('#3d2018')}`,
  },
  grandma: {
    wall: ['#f6cf8b', '#cf8a55'],
    skin: '#f3cda8',
    shirt: '#7c2f55',
    behind: '<circle cx="320" cy="58" r="52" fill="#d6d4ce"/>',
    over: '<path d="M206 190 Q206 76 320 74 Q434 76 434 190 Q400 112 320 110 Q240 112 206 190Z" fill="#d6d4ce"/><g fill="none" stroke="#5d4336" stroke-width="6"><circle cx="272" cy="178" r="34"/><circle cx="368" cy="178" r="34"/><path d="M306 176h28"/></g>',
  },
  tom: {
    wall: ['#bcd9ef', '#7ba5c9'],
    skin: '#e4b48c',
    shirt: '#35506b',
    behind: '',
    over: `<path d="M212 172 Q210 82 320 80 Q430 82 428 172 Q410 124 346 116 Q260 118 212 172Z" fill="#43291d"/>${brows('#2f1b13')}<path d="M214 214 Q222 318 320 322 Q418 318 426 214 Q400 240 372 232 Q320 214 268 232 Q240 240 214 214Z" fill="#43291d"/><path d="M286 250 Q320 284 354 250 Q320 260 286 250Z" fill="#8e2f2b"/>`,
  },
  leo: {
    wall: ['#d3ecb8', '#93bd77'],
    skin: '#edc196',
    shirt: '#c8503c',
    behind: '',
    over: `<path d="M210 180 Q206 88 320 84 Q434 88 430 180 Q418 132 388 126 Q370 142 346 120 Q324 140 300 118 Q270 142 246 130 Q222 140 210 180Z" fill="#6b4526"/>${brows('#4e3019')}<rect x="314" y="246" width="12" height="11" fill="#8e2f2b"/>`,
  },
} satisfies Record<string, Drawing>;

export type Drawn = keyof typeof DRAWINGS;

/** @returns SVG, 1280 × 720 */
export function draw(who: Drawn): string {
  const { wall, skin, shirt, behind, over } = DRAWINGS[who];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720" viewBox="0 0 640 360">
<defs><radialGradient id="light" cx=".5" cy=".35" r=".8"><stop offset="0" stop-color="${wall[0]}"/><stop offset="1" stop-color="${wall[1]}"/></radialGradient></defs>
<rect width="640" height="360" fill="url(#light)"/>
<g fill="#fff" opacity=".4"><rect x="56" y="-30" width="104" height="134" rx="8"/><rect x="500" y="-40" width="84" height="96" rx="8"/></g>
${behind}
<path d="M150 420 Q170 316 270 306 L370 306 Q470 316 490 420Z" fill="${shirt}"/><rect x="284" y="270" width="72" height="60" rx="30" fill="${skin}"/>
<circle cx="206" cy="196" r="24" fill="${skin}"/><circle cx="434" cy="196" r="24" fill="${skin}"/>
<ellipse cx="320" cy="196" rx="112" ry="116" fill="${skin}"/>${cheeks}${eyes}${nose}${smile}${over}
</svg>`;
}
