/** Everything that a start needs and that is not needed to begin it. Reading it takes about as long as a first start of the database. */
export async function readRooms() {
  const [open, migration, instance, deployment, people, house, trackers, formats] = await Promise.all([
    import('../store/open.ts'),
    import('../store/migrate.ts'),
    import('../store/instance.ts'),
    import('./deployment.ts'),
    import('../store/people.ts'),
    import('../house.ts'),
    import('../trackers/index.ts').then((room) => room.findTrackers()),
    import('../formats/index.ts').then((room) => room.findFormats()),
  ]);
  return {
    openStore: open.openStore,
    migrate: migration.migrate,
    checkSealKey: instance.checkSealKey,
    deploymentOf: deployment.deploymentOf,
    createSetupToken: people.createSetupToken,
    openHouse: house.openHouse,
    trackers,
    formats,
  };
}
