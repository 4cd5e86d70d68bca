module.exports = { displayName: 'organization-domain', preset: '../../../jest.preset.js', rootDir: __dirname };
