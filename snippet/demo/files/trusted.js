// Under `require-trusted-types-for 'script'` a vendor's loader such as Meta's may set the address of a script only
// through a default policy. This one knows where the shop's third parties live, and refuses every other address.
if (window.trustedTypes) {
  const { thirdParties } = document.documentElement.dataset;
  window.trustedTypes.createPolicy('default', {
    createScriptURL: (address) => (address.startsWith(`${thirdParties}/demo/stand-in/`) ? address : null),
  });
}
