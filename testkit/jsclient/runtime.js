// What matrix-js-sdk expects of its runtime. Loaded before it.

// Node.js 20 does not have it yet.
Promise.withResolvers ??= function () {
    let resolve, reject;
    const promise = new this((a, b) => ([resolve, reject] = [a, b]));
    return { promise, resolve, reject };
};

// Standard output is for our own lines.
for (const level of ["trace", "debug", "log", "info"]) console[level] = console.warn;
