/** More than this is not one RKE cluster. */
export const maxHosts = 1000;

/** Bytes. An inventory of 1,000 hosts, each written out, is a fifth of it. */
export const maxBytes = 1024 * 1024;
