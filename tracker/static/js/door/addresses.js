// Addresses of scripts, which the page's policy lets through only if they are our own.

const policy = globalThis.trustedTypes?.createPolicy("muster", {
  createScriptURL(address) {
    const url = new URL(address, location.href);
    if (url.origin !== location.origin) throw new TypeError("A worker's script must be our own.");
    return url.href;
  },
});

/** An address of ours, for a worker. */
export const trusted = (address) => (policy ? policy.createScriptURL(address) : address);
