/**
 * QR codes. A module of its own, so that the package is loaded with the first one: by itself, a package that is no ES
 * module has no named exports when the compiled server loads it late.
 */
import { toString as qrCode } from 'qrcode';

/** @returns SVG, which is sharp at any size */
export const qrCodeImage = (text: string): Promise<string> => qrCode(text, { type: 'svg', margin: 2 });

/** @returns lines of half blocks */
export const qrCodeLines = (text: string): Promise<string> => qrCode(text, { type: 'terminal', small: true });
