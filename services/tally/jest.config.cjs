module.exports = {
  displayName: 'tally',
  preset: '../../jest.preset.js',
  rootDir: __dirname,
  // Node takes these ES modules as they are; Jest has to be told to compile them.
  transformIgnorePatterns: ['/node_modules/(?!hyparquet)'],
};
