module.exports = { displayName: 'simulation', preset: '../../jest.preset.js', rootDir: __dirname };
