module.exports = { displayName: 'hosting', preset: '../../jest.preset.js', rootDir: __dirname };
