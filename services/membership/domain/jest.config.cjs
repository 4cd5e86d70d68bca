module.exports = { displayName: 'membership-domain', preset: '../../../jest.preset.js', rootDir: __dirname };
