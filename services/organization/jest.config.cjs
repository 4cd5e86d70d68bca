module.exports = {
  displayName: 'organization',
  preset: '../../jest.preset.js',
  rootDir: __dirname,
  testPathIgnorePatterns: ['<rootDir>/domain/'],
};
