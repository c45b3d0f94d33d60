/** A container image without tag and digest, which change with every build: what makes its scans comparable. */
export function imageRepository(image: string): string {
  const [undigested = ''] = image.trim().split('@');
  const slash = undigested.lastIndexOf('/');
  const colon = undigested.lastIndexOf(':');
  return (colon > slash ? undigested.slice(0, colon) : undigested).slice(0, 500);
}
