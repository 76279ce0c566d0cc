// Each name is an empty class: the SDK reads some as it loads, and uses none without encryption.
module.exports = new Proxy({}, { get: () => class {} });
