module.exports = {
  displayName: 'settlement',
  preset: '../../jest.preset.js',
  rootDir: __dirname,
  testPathIgnorePatterns: ['<rootDir>/domain/'],
};
