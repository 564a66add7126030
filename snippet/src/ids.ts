const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** 22 letters and digits, each as likely as any other: 131 random bits. */
export const newSecret = (): string =>
  btoa(String.fromCharCode(...random(64)))
    .replace(/\W/g, '')
    .slice(0, 22);

/** UUID version 7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then random ones around version and variant. */
export const newId = (milliseconds: number): string =>
  [milliseconds + 2 ** 48, ...random(9)]
    .map((part) => part.toString(16).slice(-12).padStart(2, '0'))
    .join('')
    .replace(/(.{8})(.{4})(...)(...)(.{12})/, '$1-$2-7$3-8$4-$5');
