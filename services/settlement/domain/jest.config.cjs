module.exports = { displayName: 'settlement-domain', preset: '../../../jest.preset.js', rootDir: __dirname };
