/** The pictures that ship with Porchlight, drawn for it: public/effects/scenes. */
export const SCENES = ['porch', 'shelf', 'hills', 'sea', 'green'] as const;
export type Scene = (typeof SCENES)[number];

export const addressOfScene = (scene: Scene): string => `/static/effects/scenes/${scene}.svg`;
