/** By what a target knows a service where the spec says nothing else: `checkout` of `shop/checkout`. */
export function ownName(service: string): string {
  return service.split('/').at(-1) ?? service;
}
