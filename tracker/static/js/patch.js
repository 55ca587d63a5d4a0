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
    const match = child.id ? known.get(child.id) : findAlike(at, child);
    if (!match) {
      old.insertBefore(document.importNode(child, true), at);
      continue;
    }
    while (at && at !== match && at.nodeType === Node.TEXT_NODE) at = removed(at);
    if (match !== at) old.insertBefore(match, at);
    patchNode(match, child);
    at = match.nextSibling;
  }
  while (at) at = removed(at);
}

/** Remove a node and return what followed it. A node that stays is never moved for this: it would lose the focus. */
function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** The next node of the same kind; text between elements may come and go, as the parser likes it. */
function findAlike(old, fresh) {
  let at = old;
  while (at && at.nodeName !== fresh.nodeName && at.nodeType === Node.TEXT_NODE) at = at.nextSibling;
  return at && !at.id && at.nodeName === fresh.nodeName ? at : null;
}
