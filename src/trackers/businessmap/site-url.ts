const vendorDomains = ['kanbanize.com', 'businessmap.io'] as const;

/** The site's origin out of each form people paste: a subdomain, a host, a site, board, card or API address. Null: none of them. */
export function siteOrigin(typed: string): string | null {
  const text = typed.trim();
  const bare = /^[a-z0-9][a-z0-9-]*$/iu.test(text) && text !== 'localhost' ? `${text}.businessmap.io` : text;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//iu.test(bare) ? bare : `https://${bare}`);
  if (url === null || url.username !== '' || url.password !== '' || !/^https?:$/u.test(url.protocol)) {
    return null;
  }
  const named = url.hostname.includes('.') || url.hostname === 'localhost' || url.hostname.startsWith('[');
  if (!named || vendorDomains.some((domain) => url.hostname === domain || url.hostname === `www.${domain}`)) {
    return null;
  }
  // Vendors' sites answer over https alone; a pasted http address is what an old bookmark says.
  return isVendorHost(url.hostname) ? `https://${url.host}` : url.origin;
}

/** `<subdomain>.kanbanize.com` or `<subdomain>.businessmap.io`. Any other host must be in a network that the operator allows. */
export function isVendorHost(host: string): boolean {
  return vendorDomains.some((domain) => host.endsWith(`.${domain}`));
}
