module.exports = { displayName: 'insights-domain', preset: '../../../jest.preset.js', rootDir: __dirname };
