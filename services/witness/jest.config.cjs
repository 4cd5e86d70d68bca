module.exports = { displayName: 'witness', preset: '../../jest.preset.js', rootDir: __dirname };
