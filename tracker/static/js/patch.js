// Makes a part of the page equal to fresh HTML of our own server, touching only what differs: focus, selection and
// scrolling stay where they are. Elements with an id are recognised by it; `data-keep` marks what scripts own.

const policy = globalThis.trustedTypes?.createPolicy("muster", { createHTML: (html) => html });

/** Make the children of `element` those of `html`, which our server has written and escaped. */
export function patch(element, html) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  patchChildren(element, parsed.body);
}

function patchNode(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = fresh.data;
    return;
  }
  if (old.hasAttribute("data-keep")) return;
  patchAttributes(old, fresh);
  patchChildren(old, fresh);
}

function patchAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function patchChildren(old, fresh) {
  const wanted = new Set([...fresh.children].map((child) => child.id).filter(Boolean));
  const known = new Map();
  for (const child of [...old.children]) {
    if (!child.id) continue;
    if (wanted.has(child.id)) known.set(child.id, child);
    else child.remove();
  }
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = child.id ? known.get(child.id) : isAlike(at, child) ? at : null;
    if (!match) {
      old.insertBefore(document.importNode(child, true), at);
      continue;
    }
    if (match !== at) old.insertBefore(match, at);
    patchNode(match, child);
    at = match.nextSibling;
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function isAlike(old, fresh) {
  return Boolean(old) && !old.id && old.nodeName === fresh.nodeName;
}
