module.exports = { displayName: 'campaigns-domain', preset: '../../../jest.preset.js', rootDir: __dirname };
