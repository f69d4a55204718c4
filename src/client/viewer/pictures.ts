/** For a page with pictures and no messages: they open over it. Loaded with the first touch of them. */
import { wirePictures } from './links.ts';

wirePictures();
