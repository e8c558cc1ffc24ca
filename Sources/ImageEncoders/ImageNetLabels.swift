// Written by scripts/fixtures/imagenet_labels.py from WordNet 3.0, under this license:
//
// This software and database is being provided to you, the LICENSEE, by Princeton University under the following
// license. By obtaining, using and/or copying this software and database, you agree that you have read, understood, and
// will comply with these terms and conditions.:
//
// Permission to use, copy, modify and distribute this software and database and its documentation for any purpose and
// without fee or royalty is hereby granted, provided that you agree to comply with the following copyright notice and
// statements, including the disclaimer, and that the same appear on ALL copies of the software, database and
// documentation, including modifications that you make for internal use or for distribution.
//
// WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.
//
// THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES,
// EXPRESS OR IMPLIED. BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR
// WARRANTIES OF MERCHANTABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE OF THE LICENSED SOFTWARE,
// DATABASE OR DOCUMENTATION WILL NOT INFRINGE ANY THIRD PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS.
//
// The name of Princeton University or Princeton may not be used in advertising or publicity pertaining to distribution
// of the software and/or database. Title to copyright in this software, database and any associated documentation shall
// at all times remain with Princeton University and LICENSEE agrees to preserve same.

/// The 1,000 classes of ImageNet (ILSVRC 2012), in the order of published classifiers.
///
/// A line is a class: its name, other names, and wider terms, separated by commas.
package let imageNetLabels = """
  tench, cyprinid, cypriniform fish, soft-finned fish, teleost fish, bony fish, fish
  goldfish, cyprinid, cypriniform fish, soft-finned fish, teleost fish, bony fish, fish
  great white shark, white shark, man-eater, mackerel shark, shark, elasmobranch, cartilaginous fish, fish, animal
  tiger shark, requiem shark, shark, elasmobranch, cartilaginous fish, fish, animal
  hammerhead, hammerhead shark, shark, elasmobranch, cartilaginous fish, fish, animal
  electric ray, crampfish, numbfish, ray, elasmobranch, cartilaginous fish, fish, animal
  stingray, ray, elasmobranch, cartilaginous fish, fish, animal
  cock, bird, animal
  hen, bird, animal
  ostrich, ratite, bird, animal
  brambling, finch, bird, animal
  goldfinch, finch, bird, animal
  house finch, linnet, finch, bird, animal
  junco, snowbird, finch, bird, animal
  indigo bunting, indigo finch, indigo bird, bunting, finch, bird, animal
  robin, thrush, bird, animal
  bulbul, nightingale, thrush, bird, animal
  jay, corvine bird, bird, animal
  magpie, corvine bird, bird, animal
  chickadee, titmouse, bird, animal
  water ouzel, dipper, bird, animal
  kite, hawk, bird of prey, bird, animal
  bald eagle, eagle, bird of prey, bird, animal
  vulture, bird of prey, bird, animal
  great grey owl, great gray owl, owl, bird of prey, bird, animal
  European fire salamander, salamander, amphibian, animal
  common newt, newt, salamander, amphibian, animal
  eft, newt, salamander, amphibian, animal
  spotted salamander, ambystomid, salamander, amphibian, animal
  axolotl, mud puppy, ambystomid, salamander, amphibian, animal
  bullfrog, true frog, frog, amphibian, animal
  tree frog, tree-frog, frog, amphibian, animal
  tailed frog, bell toad, ribbed toad, frog, amphibian, animal
  loggerhead, loggerhead turtle, sea turtle, turtle, chelonian, anapsid, reptile, animal
  leatherback turtle, leatherback, leathery turtle, sea turtle, turtle, chelonian, anapsid, reptile, animal
  mud turtle, turtle, chelonian, anapsid, reptile, animal
  terrapin, turtle, chelonian, anapsid, reptile, animal
  box turtle, box tortoise, turtle, chelonian, anapsid, reptile, animal
  banded gecko, gecko, lizard, reptile, animal
  common iguana, iguana, iguanid, lizard, reptile, animal
  American chameleon, anole, iguanid, lizard, reptile, animal
  whiptail, whiptail lizard, teiid lizard, lizard, reptile, animal
  agama, agamid, lizard, reptile, animal
  frilled lizard, agamid, lizard, reptile, animal
  alligator lizard, anguid lizard, lizard, reptile, animal
  Gila monster, venomous lizard, lizard, reptile, animal
  green lizard, lacertid lizard, lizard, reptile, animal
  African chameleon, chameleon, lizard, reptile, animal
  Komodo dragon, dragon lizard, giant lizard, monitor, lizard, reptile, animal
  African crocodile, crocodile, crocodilian reptile, reptile, animal
  American alligator, alligator, crocodilian reptile, reptile, animal
  triceratops, ceratopsian, ornithischian, dinosaur, archosaur, reptile, animal
  thunder snake, worm snake, colubrid snake, snake, reptile, animal
  ringneck snake, ring-necked snake, ring snake, colubrid snake, snake, reptile, animal
  hognose snake, puff adder, sand viper, colubrid snake, snake, reptile, animal
  green snake, grass snake, colubrid snake, snake, reptile, animal
  king snake, kingsnake, colubrid snake, snake, reptile, animal
  garter snake, grass snake, colubrid snake, snake, reptile, animal
  water snake, colubrid snake, snake, reptile, animal
  vine snake, colubrid snake, snake, reptile, animal
  night snake, colubrid snake, snake, reptile, animal
  boa constrictor, boa, constrictor, snake, reptile, animal
  rock python, rock snake, python, boa, constrictor, snake, reptile, animal
  Indian cobra, cobra, elapid, snake, reptile, animal
  green mamba, black mamba, mamba, elapid, snake, reptile, animal
  sea snake, snake, reptile, animal
  horned viper, cerastes, sand viper, viper, snake, reptile, animal
  diamondback, diamondback rattlesnake, rattlesnake, pit viper, viper, snake, reptile, animal
  sidewinder, horned rattlesnake, rattlesnake, pit viper, viper, snake, reptile, animal
  trilobite, animal
  harvestman, daddy longlegs, arachnid, animal
  scorpion, arachnid, animal
  black and gold garden spider, spider, arachnid, animal
  barn spider, spider, arachnid, animal
  garden spider, spider, arachnid, animal
  black widow, spider, arachnid, animal
  tarantula, spider, arachnid, animal
  wolf spider, hunting spider, spider, arachnid, animal
  tick, acarine, arachnid, animal
  centipede, animal
  black grouse, grouse, game bird, gallinaceous bird, animal, bird
  ptarmigan, grouse, game bird, gallinaceous bird, animal, bird
  ruffed grouse, partridge, grouse, game bird, gallinaceous bird, animal, bird
  prairie chicken, prairie grouse, prairie fowl, grouse, game bird, gallinaceous bird, animal, bird
  peacock, peafowl, pheasant, phasianid, game bird, gallinaceous bird, animal
  quail, phasianid, game bird, gallinaceous bird, animal, bird
  partridge, phasianid, game bird, gallinaceous bird, animal, bird
  African grey, parrot, bird, animal
  macaw, parrot, bird, animal
  sulphur-crested cockatoo, cockatoo, parrot, bird, animal
  lorikeet, lory, parrot, bird, animal
  coucal, cuckoo, cuculiform bird, bird, animal
  bee eater, coraciiform bird, bird, animal
  hornbill, coraciiform bird, bird, animal
  hummingbird, apodiform bird, bird, animal
  jacamar, piciform bird, bird, animal
  toucan, piciform bird, bird, animal
  drake, duck, anseriform bird, waterfowl, aquatic bird, bird, animal
  red-breasted merganser, merganser, sea duck, duck, anseriform bird, waterfowl, aquatic bird
  goose, anseriform bird, waterfowl, aquatic bird, bird, animal
  black swan, swan, aquatic bird, bird, animal
  tusker, animal
  echidna, spiny anteater, anteater, monotreme, prototherian, animal
  platypus, duckbill, duckbilled platypus, monotreme, prototherian, animal
  wallaby, brush kangaroo, kangaroo, marsupial, metatherian, animal
  koala, koala bear, kangaroo bear, phalanger, marsupial, metatherian, animal
  wombat, marsupial, metatherian, animal
  jellyfish, coelenterate, animal
  sea anemone, anemone, anthozoan, coelenterate, animal
  brain coral, stony coral, coral, anthozoan, coelenterate, animal
  flatworm, platyhelminth, worm, animal
  nematode, nematode worm, roundworm, worm, animal
  conch, gastropod, mollusk, animal
  snail, gastropod, mollusk, animal
  slug, gastropod, mollusk, animal
  sea slug, nudibranch, gastropod, mollusk, animal
  chiton, coat-of-mail shell, sea cradle, mollusk, animal
  chambered nautilus, pearly nautilus, nautilus, cephalopod, mollusk, animal
  Dungeness crab, crab, decapod crustacean, crustacean, animal
  rock crab, crab, decapod crustacean, crustacean, animal
  fiddler crab, crab, decapod crustacean, crustacean, animal
  king crab, crab, decapod crustacean, crustacean, animal
  American lobster, true lobster, lobster, decapod crustacean, crustacean, animal
  spiny lobster, langouste, rock lobster, lobster, decapod crustacean, crustacean, animal
  crayfish, crawfish, crawdad, decapod crustacean, crustacean, animal
  hermit crab, decapod crustacean, crustacean, animal
  isopod, malacostracan crustacean, crustacean, animal
  white stork, stork, wading bird, aquatic bird, bird, animal
  black stork, stork, wading bird, aquatic bird, bird, animal
  spoonbill, wading bird, aquatic bird, bird, animal
  flamingo, wading bird, aquatic bird, bird, animal
  little blue heron, heron, wading bird, aquatic bird, bird, animal
  American egret, great white heron, egret, heron, wading bird, aquatic bird, bird, animal
  bittern, heron, wading bird, aquatic bird, bird, animal
  crane, wading bird, aquatic bird, bird, animal
  limpkin, wading bird, aquatic bird, bird, animal
  European gallinule, purple gallinule, gallinule, aquatic bird, bird, animal
  American coot, marsh hen, mud hen, coot, rail, wading bird, aquatic bird, bird, animal
  bustard, wading bird, aquatic bird, bird, animal
  ruddy turnstone, turnstone, plover, shorebird, wading bird, aquatic bird, bird
  red-backed sandpiper, dunlin, sandpiper, shorebird, wading bird, aquatic bird, bird, animal
  redshank, sandpiper, shorebird, wading bird, aquatic bird, bird, animal
  dowitcher, snipe, shorebird, wading bird, aquatic bird, bird, animal
  oystercatcher, oyster catcher, shorebird, wading bird, aquatic bird, bird, animal
  pelican, pelecaniform seabird, seabird, aquatic bird, bird, animal
  king penguin, penguin, sphenisciform seabird, seabird, aquatic bird, bird, animal
  albatross, mollymawk, pelagic bird, seabird, aquatic bird, bird, animal
  grey whale, gray whale, devilfish, baleen whale, whale, cetacean, aquatic mammal, animal
  killer whale, killer, orca, dolphin, toothed whale, whale, cetacean, aquatic mammal, animal
  dugong, sea cow, aquatic mammal, animal
  sea lion, eared seal, seal, pinniped mammal, aquatic mammal, animal
  Chihuahua, toy dog, dog, animal
  Japanese spaniel, toy dog, dog, animal
  Maltese dog, toy dog, dog, animal
  Pekinese, toy dog, dog, animal
  Shih-Tzu, toy dog, dog, animal
  Blenheim spaniel, toy spaniel, toy dog, dog, animal
  papillon, toy spaniel, toy dog, dog, animal
  toy terrier, toy dog, dog, animal
  Rhodesian ridgeback, hunting dog, dog, animal
  Afghan hound, hound, hunting dog, dog, animal
  basset, basset hound, hound, hunting dog, dog, animal
  beagle, hound, hunting dog, dog, animal
  bloodhound, sleuthhound, hound, hunting dog, dog, animal
  bluetick, hound, hunting dog, dog, animal
  black-and-tan coonhound, coonhound, hound, hunting dog, dog, animal
  Walker hound, foxhound, hound, hunting dog, dog, animal
  English foxhound, foxhound, hound, hunting dog, dog, animal
  redbone, hound, hunting dog, dog, animal
  borzoi, wolfhound, hound, hunting dog, dog, animal
  Irish wolfhound, wolfhound, hound, hunting dog, dog, animal
  Italian greyhound, greyhound, hound, racer, hunting dog, animal, dog
  whippet, greyhound, hound, racer, hunting dog, animal, dog
  Ibizan hound, hound, hunting dog, dog, animal
  Norwegian elkhound, elkhound, hound, hunting dog, dog, animal
  otterhound, otter hound, hound, hunting dog, dog, animal
  Saluki, gazelle hound, hound, hunting dog, dog, animal
  Scottish deerhound, deerhound, hound, hunting dog, dog, animal
  Weimaraner, hound, hunting dog, dog, animal
  Staffordshire bullterrier, bullterrier, terrier, hunting dog, dog, animal
  American Staffordshire terrier, pit bull terrier, bullterrier, terrier, hunting dog, dog, animal
  Bedlington terrier, terrier, hunting dog, dog, animal
  Border terrier, terrier, hunting dog, dog, animal
  Kerry blue terrier, terrier, hunting dog, dog, animal
  Irish terrier, terrier, hunting dog, dog, animal
  Norfolk terrier, terrier, hunting dog, dog, animal
  Norwich terrier, terrier, hunting dog, dog, animal
  Yorkshire terrier, terrier, hunting dog, dog, animal
  wire-haired fox terrier, fox terrier, terrier, hunting dog, dog, animal
  Lakeland terrier, wirehair, terrier, hunting dog, dog, animal
  Sealyham terrier, wirehair, terrier, hunting dog, dog, animal
  Airedale, terrier, hunting dog, dog, animal
  cairn, cairn terrier, terrier, hunting dog, dog, animal
  Australian terrier, terrier, hunting dog, dog, animal
  Dandie Dinmont, terrier, hunting dog, dog, animal
  Boston bull, terrier, hunting dog, dog, animal
  miniature schnauzer, schnauzer, terrier, hunting dog, dog, animal
  giant schnauzer, schnauzer, terrier, hunting dog, dog, animal
  standard schnauzer, schnauzer, terrier, hunting dog, dog, animal
  Scotch terrier, terrier, hunting dog, dog, animal
  Tibetan terrier, chrysanthemum dog, terrier, hunting dog, dog, animal
  silky terrier, terrier, hunting dog, dog, animal
  soft-coated wheaten terrier, terrier, hunting dog, dog, animal
  West Highland white terrier, terrier, hunting dog, dog, animal
  Lhasa, terrier, hunting dog, dog, animal
  flat-coated retriever, retriever, sporting dog, hunting dog, dog, animal
  curly-coated retriever, retriever, sporting dog, hunting dog, dog, animal
  golden retriever, retriever, sporting dog, hunting dog, dog, animal
  Labrador retriever, retriever, sporting dog, hunting dog, dog, animal
  Chesapeake Bay retriever, retriever, sporting dog, hunting dog, dog, animal
  German short-haired pointer, pointer, sporting dog, hunting dog, dog, animal
  vizsla, pointer, sporting dog, hunting dog, dog, animal
  English setter, setter, sporting dog, hunting dog, dog, animal
  Irish setter, red setter, setter, sporting dog, hunting dog, dog, animal
  Gordon setter, setter, sporting dog, hunting dog, dog, animal
  Brittany spaniel, spaniel, sporting dog, hunting dog, dog, animal
  clumber, clumber spaniel, spaniel, sporting dog, hunting dog, dog, animal
  English springer, springer spaniel, spaniel, sporting dog, hunting dog, dog, animal
  Welsh springer spaniel, springer spaniel, spaniel, sporting dog, hunting dog, dog, animal
  cocker spaniel, cocker, spaniel, sporting dog, hunting dog, dog, animal
  Sussex spaniel, spaniel, sporting dog, hunting dog, dog, animal
  Irish water spaniel, water spaniel, spaniel, sporting dog, hunting dog, dog, animal
  kuvasz, watchdog, working dog, dog, animal
  schipperke, watchdog, working dog, dog, animal
  groenendael, shepherd dog, working dog, dog, animal
  malinois, shepherd dog, working dog, dog, animal
  briard, shepherd dog, working dog, dog, animal
  kelpie, shepherd dog, working dog, dog, animal
  komondor, shepherd dog, working dog, dog, animal
  Old English sheepdog, bobtail, shepherd dog, working dog, dog, animal
  Shetland sheepdog, shepherd dog, working dog, dog, animal
  collie, shepherd dog, working dog, dog, animal
  Border collie, shepherd dog, working dog, dog, animal
  Bouvier des Flandres, shepherd dog, working dog, dog, animal
  Rottweiler, shepherd dog, working dog, dog, animal
  German shepherd, alsatian, shepherd dog, working dog, dog, animal
  Doberman, pinscher, watchdog, working dog, dog, animal
  miniature pinscher, pinscher, watchdog, working dog, dog, animal
  Greater Swiss Mountain dog, working dog, dog, animal
  Bernese mountain dog, working dog, dog, animal
  Appenzeller, working dog, dog, animal
  EntleBucher, working dog, dog, animal
  boxer, working dog, dog, animal
  bull mastiff, working dog, dog, animal
  Tibetan mastiff, mastiff, working dog, dog, animal
  French bulldog, bulldog, working dog, dog, animal
  Great Dane, working dog, dog, animal
  Saint Bernard, working dog, dog, animal
  Eskimo dog, husky, working dog, dog, animal
  malamute, malemute, sled dog, working dog, dog, animal
  Siberian husky, sled dog, working dog, dog, animal
  dalmatian, coach dog, carriage dog, dog, animal
  affenpinscher, monkey pinscher, monkey dog, pinscher, watchdog, working dog, dog, animal
  basenji, dog, animal
  pug, pug-dog, dog, animal
  Leonberg, dog, animal
  Newfoundland, dog, animal
  Great Pyrenees, dog, animal
  Samoyed, spitz, dog, animal
  Pomeranian, spitz, dog, animal
  chow, chow chow, spitz, dog, animal
  keeshond, spitz, dog, animal
  Brabancon griffon, griffon, dog, animal
  Pembroke, corgi, dog, animal
  Cardigan, corgi, dog, animal
  toy poodle, poodle, dog, animal
  miniature poodle, poodle, dog, animal
  standard poodle, poodle, dog, animal
  Mexican hairless, dog, animal
  timber wolf, grey wolf, gray wolf, wolf, animal
  white wolf, wolf, animal
  red wolf, maned wolf, wolf, animal
  coyote, prairie wolf, brush wolf, wolf, animal
  dingo, warrigal, warragal, wild dog, animal
  dhole, wild dog, animal
  African hunting dog, hyena dog, wild dog, animal
  hyena, hyaena, animal
  red fox, fox, animal
  kit fox, fox, animal
  Arctic fox, white fox, fox, animal
  grey fox, gray fox, fox, animal
  tabby, tabby cat, domestic cat, cat, animal
  tiger cat, domestic cat, cat, animal
  Persian cat, domestic cat, cat, animal
  Siamese cat, domestic cat, cat, animal
  Egyptian cat, domestic cat, cat, animal
  cougar, puma, catamount, wildcat, cat, animal
  lynx, catamount, wildcat, cat, animal
  leopard, big cat, animal
  snow leopard, ounce, big cat, animal
  jaguar, panther, big cat, animal
  lion, king of beasts, big cat, animal
  tiger, big cat, animal
  cheetah, chetah, big cat, animal
  brown bear, bruin, bear, animal
  American black bear, black bear, bear, animal
  ice bear, polar bear, bear, animal
  sloth bear, bear, animal
  mongoose, viverrine, animal
  meerkat, mierkat, viverrine, animal
  tiger beetle, beetle, insect, animal
  ladybug, ladybeetle, lady beetle, beetle, insect, animal
  ground beetle, carabid beetle, beetle, insect, animal
  long-horned beetle, longicorn, longicorn beetle, beetle, insect, animal
  leaf beetle, chrysomelid, beetle, insect, animal
  dung beetle, scarabaeid beetle, lamellicorn beetle, beetle, insect, animal
  rhinoceros beetle, scarabaeid beetle, lamellicorn beetle, beetle, insect, animal
  weevil, beetle, insect, animal
  fly, dipterous insect, insect, animal
  bee, hymenopterous insect, insect, animal
  ant, emmet, pismire, hymenopterous insect, insect, animal
  grasshopper, hopper, orthopterous insect, insect, animal
  cricket, orthopterous insect, insect, animal
  walking stick, walkingstick, stick insect, phasmid, insect, animal
  cockroach, roach, dictyopterous insect, insect, animal
  mantis, mantid, dictyopterous insect, insect, animal
  cicada, cicala, homopterous insect, insect, animal
  leafhopper, homopterous insect, insect, animal
  lacewing, lacewing fly, neuropteron, insect, animal
  dragonfly, darning needle, devil's darning needle, odonate, insect, animal
  damselfly, odonate, insect, animal
  admiral, nymphalid, butterfly, lepidopterous insect, insect, animal
  ringlet, ringlet butterfly, butterfly, lepidopterous insect, insect, animal
  monarch, monarch butterfly, milkweed butterfly, danaid, butterfly, lepidopterous insect, insect, animal
  cabbage butterfly, pierid, butterfly, lepidopterous insect, insect, animal
  sulphur butterfly, sulfur butterfly, butterfly, lepidopterous insect, insect, animal
  lycaenid, lycaenid butterfly, butterfly, lepidopterous insect, insect, animal
  starfish, sea star, echinoderm, animal
  sea urchin, echinoderm, animal
  sea cucumber, holothurian, echinoderm, animal
  wood rabbit, cottontail, cottontail rabbit, rabbit, leporid, lagomorph, animal
  hare, leporid, lagomorph, animal
  Angora, rabbit, leporid, lagomorph, animal
  hamster, rodent, animal
  porcupine, hedgehog, rodent, animal
  fox squirrel, eastern fox squirrel, tree squirrel, squirrel, rodent, animal
  marmot, rodent, animal
  beaver, rodent, animal
  guinea pig, cavy, rodent, animal
  sorrel, horse, animal
  zebra, animal
  hog, pig, grunter, swine, animal
  wild boar, boar, swine, animal
  warthog, swine, animal
  hippopotamus, hippo, river horse, animal
  ox, cattle, bovine, animal
  water buffalo, water ox, animal
  bison, animal
  ram, tup, sheep, animal
  bighorn, bighorn sheep, cimarron, mountain sheep, wild sheep, animal
  ibex, wild goat, goat, animal
  hartebeest, antelope, animal
  impala, antelope, animal
  gazelle, antelope, animal
  Arabian camel, dromedary, camel, animal
  llama, animal
  weasel, musteline mammal, animal
  mink, musteline mammal, animal
  polecat, fitch, foulmart, musteline mammal, animal
  black-footed ferret, ferret, musteline mammal, animal
  otter, musteline mammal, animal
  skunk, polecat, wood pussy, musteline mammal, animal
  badger, musteline mammal, animal
  armadillo, edentate, animal
  three-toed sloth, ai, sloth, edentate, animal
  orangutan, orang, orangutang, great ape, anthropoid ape, ape, primate, animal
  gorilla, great ape, anthropoid ape, ape, primate, animal
  chimpanzee, chimp, great ape, anthropoid ape, ape, primate, animal
  gibbon, lesser ape, anthropoid ape, ape, primate, animal
  siamang, lesser ape, anthropoid ape, ape, primate, animal
  guenon, guenon monkey, monkey, primate, animal
  patas, hussar monkey, monkey, primate, animal
  baboon, monkey, primate, animal
  macaque, monkey, primate, animal
  langur, monkey, primate, animal
  colobus, colobus monkey, monkey, primate, animal
  proboscis monkey, monkey, primate, animal
  marmoset, monkey, primate, animal
  capuchin, ringtail, monkey, primate, animal
  howler monkey, howler, monkey, primate, animal
  titi, titi monkey, monkey, primate, animal
  spider monkey, monkey, primate, animal
  squirrel monkey, monkey, primate, animal
  Madagascar cat, ring-tailed lemur, lemur, primate, animal
  indri, indris, lemur, primate, animal
  Indian elephant, elephant, proboscidean, pachyderm, animal
  African elephant, elephant, proboscidean, pachyderm, animal
  lesser panda, red panda, panda, procyonid, animal
  giant panda, panda, panda bear, procyonid, animal
  barracouta, snoek, food fish, fish, animal
  eel, soft-finned fish, teleost fish, bony fish, fish, animal
  coho, cohoe, coho salmon, salmon, salmonid, food fish, soft-finned fish, fish, teleost fish
  rock beauty, butterfly fish, percoid fish, spiny-finned fish, teleost fish, bony fish, fish
  anemone fish, damselfish, percoid fish, spiny-finned fish, teleost fish, bony fish, fish
  sturgeon, ganoid, teleost fish, bony fish, fish, animal
  gar, garfish, garpike, ganoid, teleost fish, bony fish, fish, animal
  lionfish, scorpaenid, scorpaenoid, spiny-finned fish, teleost fish, bony fish, fish
  puffer, pufferfish, blowfish, plectognath, spiny-finned fish, teleost fish, bony fish, fish, animal
  abacus, calculator, machine
  abaya, robe, garment, clothing
  academic gown, academic robe, judge's robe, gown, outerwear, clothing
  accordion, piano accordion, squeeze box, free-reed instrument, keyboard instrument, wind instrument
  acoustic guitar, guitar, stringed instrument, musical instrument
  aircraft carrier, carrier, flattop, warship, ship, military vehicle, vehicle
  airliner, airplane, heavier-than-air craft, aircraft, vehicle
  airship, dirigible, lighter-than-air craft, aircraft, vehicle
  altar
  ambulance, car, motor vehicle, vehicle
  amphibian, amphibious vehicle, motor vehicle, vehicle
  analog clock, clock, timepiece, measuring instrument
  apiary, bee house, shed, outbuilding, building
  apron, protective garment, clothing
  ashcan, trash can, garbage can, bin
  assault rifle, assault gun, automatic rifle, automatic firearm, machine gun, autoloader, firearm, gun
  backpack, back pack, knapsack, bag
  bakery, bakeshop, bakehouse, shop
  balance beam, beam, gymnastic apparatus, sports equipment
  balloon, lighter-than-air craft, aircraft, vehicle
  ballpoint, ballpoint pen, ballpen, pen, writing implement
  Band Aid, adhesive bandage, bandage, dressing
  banjo, stringed instrument, musical instrument
  bannister, banister, balustrade
  barbell, weight, sports equipment
  barber chair, chair, seat, furniture
  barbershop, shop
  barn, farm building, building
  barometer, measuring instrument
  barrel, cask
  barrow, garden cart, lawn cart, handcart, vehicle
  baseball, ball, baseball equipment, sports equipment
  basketball, ball, basketball equipment, sports equipment
  bassinet, baby bed, furniture
  bassoon, double-reed instrument, beating-reed instrument, woodwind, wind instrument, musical instrument
  bathing cap, swimming cap, cap, headdress, clothing
  bath towel, towel, bath linen, piece of cloth, linen, fabric, white goods
  bathtub, bathing tub, bath
  beach wagon, station wagon, wagon, car, motor vehicle, vehicle
  beacon, lighthouse, beacon light, tower
  beaker, jar
  bearskin, busby, shako, hat, headdress, clothing
  beer bottle, bottle
  beer glass, glass
  bell cote, bell cot, shelter
  bib, piece of cloth, fabric
  bicycle-built-for-two, tandem bicycle, tandem, bicycle, vehicle
  bikini, two-piece, swimsuit, garment, clothing
  binder, ring-binder
  binoculars, field glasses, opera glasses
  birdhouse, shelter
  boathouse, shed, outbuilding, building
  bobsled, bobsleigh, bob, sled, vehicle
  bolo tie, bolo, bola tie, necktie, neckwear, garment, clothing
  bonnet, poke bonnet, hat, headdress, clothing
  bookcase, furniture
  bookshop, bookstore, bookstall, shop
  bottlecap, cap
  bow, weapon
  bow tie, bow-tie, bowtie, necktie, neckwear, garment, clothing
  brass, memorial tablet, plaque, memorial
  brassiere, bra, bandeau, undergarment, woman's clothing, garment, clothing
  breakwater, groin, groyne
  breastplate, aegis, egis, armor plate, plate, shield
  broom, cleaning implement
  bucket, pail
  buckle
  bulletproof vest, vest, body armor, garment, armor, clothing
  bullet train, bullet, passenger train, train, public transport
  butcher shop, meat market, shop
  cab, hack, taxi, car, motor vehicle, vehicle
  caldron, cauldron, pot, cooking utensil, utensil
  candle, taper, wax light, lamp, source of illumination
  cannon, gun, weapon
  canoe, small boat, boat, vehicle
  can opener, tin opener, opener, hand tool, tool
  cardigan, sweater, garment, clothing
  car mirror, mirror, reflector
  carousel, carrousel, merry-go-round, ride
  carpenter's kit, tool kit, kit, gear
  carton, box
  car wheel, wheel, machine
  cash machine, cash dispenser, automated teller machine, machine
  cassette
  cassette player
  castle, fortification, defensive structure
  catamaran, sailboat, sailing vessel, vehicle
  CD player
  cello, violoncello, bowed stringed instrument, stringed instrument, musical instrument
  cellular telephone, cellular phone, cellphone, radiotelephone, telephone
  chain, ligament, attachment, connection
  chainlink fence, fence
  chain mail, ring mail, mail, body armor, armor
  chain saw, chainsaw, power saw, power tool, machine, tool
  chest, box
  chiffonier, commode, chest of drawers, furniture
  chime, bell, gong, percussion instrument, musical instrument
  china cabinet, china closet, cabinet, furniture
  Christmas stocking, stocking, hosiery, footwear, clothing
  church, church building, place of worship, building
  cinema, movie theater, movie theatre, theater, building
  cleaver, meat cleaver, chopper, knife, edge tool, cutter, cutting implement, tool
  cliff dwelling, dwelling, housing
  cloak
  clog, geta, patten, footwear
  cocktail shaker, shaker
  coffee mug, mug, drinking vessel
  coffeepot, pot, cooking utensil, utensil
  coil, spiral, volute
  combination lock, lock
  computer keyboard, keypad, keyboard, data input device, peripheral
  confectionery, confectionary, candy store, shop
  container ship, containership, container vessel, cargo ship, ship, vehicle
  convertible, car, motor vehicle, vehicle
  corkscrew, bottle screw, bottle opener, opener, hand tool, tool
  cornet, horn, trumpet, brass, wind instrument, musical instrument
  cowboy boot, boot, footwear
  cowboy hat, ten-gallon hat, hat, headdress, clothing
  cradle, baby bed, furniture
  crane, lifting device
  crash helmet, helmet, headdress, clothing
  crate, box
  crib, cot, baby bed, furniture
  Crock Pot, cooker, cooking utensil, utensil
  croquet ball, ball, croquet equipment, sports equipment
  crutch, staff, stick
  cuirass, body armor, armor
  dam, dike, dyke
  desk, table, furniture
  desktop computer, personal computer, digital computer, computer, machine
  dial telephone, dial phone, telephone
  diaper, nappy, napkin, garment, clothing
  digital clock, clock, timepiece, measuring instrument
  digital watch, watch, timepiece, measuring instrument
  dining table, board, table, furniture
  dishrag, dishcloth, piece of cloth, fabric
  dishwasher, dish washer, dishwashing machine, white goods, home appliance
  disk brake, disc brake, hydraulic brake, brake system, brake
  dock, dockage, docking facility, landing
  dogsled, dog sled, dog sleigh, sled, vehicle
  dome, roof
  doormat, welcome mat, mat, floor cover
  drilling platform, offshore rig, drill rig, rig, gear
  drum, membranophone, tympan, percussion instrument, musical instrument
  drumstick, stick
  dumbbell, weight, sports equipment
  Dutch oven, oven, kitchen appliance, home appliance
  electric fan, blower, fan
  electric guitar, guitar, stringed instrument, musical instrument
  electric locomotive, locomotive, vehicle
  entertainment center, wall unit, furniture
  envelope
  espresso maker, coffee maker, kitchen appliance, home appliance
  face powder, powder, makeup, toiletry, medicine, cosmetic, drug
  feather boa, boa, scarf, garment, clothing
  file, file cabinet, filing cabinet, office furniture, furniture
  fireboat, boat, vehicle
  fire engine, fire truck, truck, motor vehicle, vehicle
  fire screen, fireguard, screen
  flagpole, flagstaff, staff, stick
  flute, transverse flute, woodwind, wind instrument, musical instrument
  folding chair, chair, seat, furniture
  football helmet, helmet, headdress, clothing
  forklift, vehicle
  fountain
  fountain pen, pen, writing implement
  four-poster, bed, bedroom furniture, furniture
  freight car, car, vehicle
  French horn, horn, brass, wind instrument, musical instrument
  frying pan, frypan, skillet, pan, cooking utensil, utensil
  fur coat, coat, overgarment, garment, clothing
  garbage truck, dustcart, truck, motor vehicle, vehicle
  gasmask, respirator, gas helmet, mask
  gas pump, gasoline pump, petrol pump, pump
  goblet, glass
  go-kart, motor vehicle, vehicle
  golf ball, ball, golf equipment, sports equipment
  golfcart, golf cart, motor vehicle, golf equipment, sports equipment, vehicle
  gondola, boat, vehicle
  gong, tam-tam, percussion instrument, musical instrument
  gown, dress, woman's clothing, clothing
  grand piano, grand, piano, keyboard instrument, stringed instrument, percussion instrument, musical instrument
  greenhouse, nursery, glasshouse, building
  grille, radiator grille, grate
  grocery store, grocery, food market, marketplace
  guillotine, instrument of execution
  hair slide, clip
  hair spray, toiletry
  half track, tracked vehicle, military vehicle, vehicle
  hammer, hand tool, tool
  hamper, basket
  hand blower, blow dryer, blow drier, blower, dryer
  hand-held computer, hand-held microcomputer, portable computer, personal computer, digital computer, computer
  handkerchief, hankie, hanky, piece of cloth, fabric
  hard disc, hard disk, fixed disk, magnetic disk, memory device
  harmonica, mouth organ, harp, free-reed instrument, wind instrument, musical instrument
  harp, chordophone, stringed instrument, musical instrument
  harvester, reaper, farm machine, machine
  hatchet, ax, edge tool, cutter, cutting implement, tool
  holster, sheath
  home theater, home theatre, theater, building
  honeycomb
  hook, claw
  hoopskirt, crinoline, skirt, garment, clothing
  horizontal bar, high bar, gymnastic apparatus, sports equipment
  horse cart, horse-cart, cart, wagon, vehicle
  hourglass, sandglass, timepiece, measuring instrument
  iPod, stereo, reproducer, audio system
  iron, smoothing iron, home appliance
  jack-o'-lantern, lantern, lamp, source of illumination
  jean, blue jean, denim, trouser, workwear, garment, apparel, clothing
  jeep, landrover, car, motor vehicle, vehicle
  jersey, tee shirt, shirt, garment, clothing
  jigsaw puzzle, puzzle
  jinrikisha, ricksha, rickshaw, cart, wagon, vehicle
  joystick, control, data input device, peripheral
  kimono, robe, garment, clothing
  knee pad, protective garment, clothing
  knot
  lab coat, laboratory coat, coat, overgarment, garment, clothing
  ladle
  lampshade, lamp shade, shade
  laptop, laptop computer, portable computer, personal computer, digital computer, computer, machine
  lawn mower, mower, garden tool, tool
  lens cap, lens cover, cap
  letter opener, paper knife, paperknife, knife, edge tool, cutter, cutting implement, tool
  library, building
  lifeboat, sea boat, boat, vehicle
  lighter, light, igniter
  limousine, limo, car, motor vehicle, vehicle
  liner, ocean liner, passenger ship, ship, vehicle
  lipstick, lip rouge, makeup, cosmetic, toiletry
  Loafer, shoe, footwear
  lotion, toiletry
  loudspeaker, speaker, speaker unit, electro-acoustic transducer, transducer
  loupe, jeweler's loupe, hand glass, light microscope, microscope, magnifier, scientific instrument
  lumbermill, sawmill, factory, plant, building complex
  magnetic compass, compass, navigational instrument
  mailbag, postbag, bag
  mailbox, letter box, box
  maillot, tights, hosiery, footwear, clothing
  maillot, tank suit, swimsuit, garment, clothing
  manhole cover
  maraca, percussion instrument, musical instrument
  marimba, xylophone, percussion instrument, musical instrument
  mask, disguise, attire, clothing
  matchstick, stick
  maypole, post, upright, structural member
  maze, labyrinth
  measuring cup
  medicine chest, medicine cabinet, cabinet, furniture
  megalith, megalithic structure, memorial
  microphone, mike, electro-acoustic transducer, transducer
  microwave, microwave oven, kitchen appliance, home appliance
  military uniform, uniform, clothing
  milk can, can
  minibus, bus, public transport
  miniskirt, mini, skirt, garment, clothing
  minivan, passenger van, car, van, motor vehicle, truck, vehicle
  missile, rocket, weapon, vehicle
  mitten, glove, handwear, clothing
  mixing bowl, bowl, dish, crockery, tableware
  mobile home, manufactured home, trailer, housing, vehicle
  Model T, car, motor vehicle, vehicle
  modem
  monastery, religious residence, residence, house, dwelling, building, housing
  monitor
  moped, minibike, motorcycle, motor vehicle, vehicle
  mortar
  mortarboard, cap, headdress, clothing
  mosque, place of worship, building
  mosquito net, screen
  motor scooter, scooter, vehicle
  mountain bike, all-terrain bike, off-roader, bicycle, vehicle
  mountain tent, tent, shelter
  mouse, computer mouse, electronic device
  mousetrap, trap
  moving van, van, truck, motor vehicle, vehicle
  muzzle
  nail
  neck brace, brace, strengthener
  necklace, jewelry, adornment, decoration
  nipple, cap
  notebook, notebook computer, portable computer, personal computer, digital computer, computer, machine
  obelisk, column
  oboe, hautboy, hautbois, double-reed instrument, beating-reed instrument, woodwind, wind instrument
  ocarina, sweet potato, wind instrument, musical instrument
  odometer, hodometer, mileometer, meter, measuring instrument
  oil filter, filter
  organ, pipe organ, keyboard instrument, wind instrument, musical instrument
  oscilloscope, scope, cathode-ray oscilloscope
  overskirt, skirt, garment, clothing
  oxcart, cart, wagon, vehicle
  oxygen mask, breathing device
  packet, package
  paddle, boat paddle, oar
  paddlewheel, paddle wheel, wheel, machine
  padlock, lock
  paintbrush, brush, applicator
  pajama, pyjama, pj's, nightwear, clothing
  palace, residence, house, dwelling, building, housing
  panpipe, pandean pipe, syrinx, pipe, wind instrument, musical instrument
  paper towel, towel, piece of cloth, fabric
  parachute, chute, rescue equipment
  parallel bars, bars, gymnastic apparatus, sports equipment
  park bench, bench, seat, furniture
  parking meter, timer, timepiece, measuring instrument
  passenger car, coach, carriage, car, vehicle
  patio, terrace
  pay-phone, pay-station, telephone
  pedestal, plinth, footstall
  pencil box, pencil case, box
  pencil sharpener, sharpener
  perfume, essence, toiletry
  Petri dish, dish, crockery, tableware
  photocopier, duplicator, apparatus
  pick, plectrum, plectron
  pickelhaube, helmet, armor plate, plate, shield
  picket fence, paling, fence
  pickup, pickup truck, truck, motor vehicle, vehicle
  pier
  piggy bank, penny bank, savings bank
  pill bottle, bottle
  pillow, cushion, padding
  ping-pong ball, ball
  pinwheel, wheel, machine
  pirate, pirate ship, ship, vehicle
  pitcher, ewer
  plane, carpenter's plane, woodworking plane, edge tool, hand tool, cutter, tool, cutting implement
  planetarium, building
  plastic bag, bag
  plate rack, rack
  plow, plough, tool
  plunger, plumber's helper, hand tool, tool
  Polaroid camera, camera, photographic equipment
  pole, rod
  police van, police wagon, paddy wagon, van, truck, motor vehicle, vehicle
  poncho, cloak, overgarment, garment, clothing
  pool table, billiard table, snooker table, table, furniture
  pop bottle, soda bottle, bottle
  pot, flowerpot
  potter's wheel, wheel, machine
  power drill, power tool, drill, machine, tool
  prayer rug, prayer mat, rug, floor cover
  printer, peripheral, machine
  prison, prison house, correctional institution, penal institution, institution
  projectile, missile, weapon
  projector
  puck, hockey puck, disk, plate, circle, rotating mechanism
  punching bag, punch bag, punching ball, ball
  purse, bag
  quill, quill pen, pen, writing implement
  quilt, comforter, comfort, bedclothes
  racer, race car, racing car, car, motor vehicle, vehicle
  racket, racquet, sports implement
  radiator
  radio, wireless, communication system
  radio telescope, radio reflector, astronomical telescope, telescope, magnifier, scientific instrument
  rain barrel, cistern, reservoir, pool, tank, excavation
  recreational vehicle, vehicle
  reel, winder
  reflex camera, camera, photographic equipment
  refrigerator, icebox, white goods, home appliance
  remote control, remote
  restaurant, eating house, eating place, building
  revolver, six-gun, six-shooter, pistol, firearm, gun, weapon
  rifle, firearm, gun, weapon
  rocking chair, rocker, chair, seat, furniture
  rotisserie, oven, kitchen appliance, home appliance
  rubber eraser, rubber, pencil eraser, eraser
  rugby ball, ball
  rule, ruler, measuring stick, measuring instrument
  running shoe, shoe, footwear
  safe, strongbox, box
  safety pin, pin
  saltshaker, salt shaker, shaker
  sandal, shoe, footwear
  sarong, skirt, garment, clothing
  sax, saxophone, single-reed instrument, beating-reed instrument, woodwind, wind instrument, musical instrument
  scabbard, sheath
  scale, weighing machine, measuring instrument
  school bus, bus, public transport
  schooner, sailing vessel, vehicle
  scoreboard, board, signboard
  screen, display, electronic device
  screw
  screwdriver, hand tool, tool
  seat belt, seatbelt, safety belt, belt, accessory, clothing
  sewing machine, home appliance, textile machine, machine
  shield, buckler, armor
  shoe shop, shoe-shop, shoe store, shop
  shoji, screen
  shopping basket, basket
  shopping cart, handcart, vehicle
  shovel, hand tool, tool
  shower cap, cap, headdress, clothing
  shower curtain, curtain, blind
  ski, runner
  ski mask, face mask, mask
  sleeping bag, bag
  slide rule, slipstick, analog computer, computer, machine
  sliding door, door, movable barrier
  slot, one-armed bandit, slot machine, machine
  snorkel, breathing device
  snowmobile, tracked vehicle, vehicle
  snowplow, snowplough, motor vehicle, vehicle
  soap dispenser, dispenser
  soccer ball, ball
  sock, hosiery, footwear, clothing
  solar dish, solar collector, solar furnace, reflector
  sombrero, hat, headdress, clothing
  soup bowl, bowl, dish, crockery, tableware
  space bar, key, lever, bar
  space heater, heater
  space shuttle, spacecraft, satellite, vehicle
  spatula, turner, cooking utensil, utensil
  speedboat, motorboat, boat, vehicle
  spider web, spider's web, web, trap
  spindle, stick
  sports car, sport car, car, motor vehicle, vehicle
  spotlight, spot, lamp, source of illumination
  stage, platform, horizontal surface
  steam locomotive, locomotive, vehicle
  steel arch bridge, bridge
  steel drum, percussion instrument, musical instrument
  stethoscope, medical instrument
  stole, scarf, garment, clothing
  stone wall, fence
  stopwatch, stop watch, timer, timepiece, measuring instrument
  stove, heater
  strainer, filter
  streetcar, tram, tramcar, vehicle
  stretcher, litter
  studio couch, day bed, convertible, sofa, seat, furniture
  stupa, tope, shrine, place of worship, building
  submarine, pigboat, sub, submersible, warship, ship, military vehicle, vehicle
  suit, suit of clothes, garment, clothing
  sundial, timepiece, measuring instrument
  sunglass, converging lens, lens
  sunglasses, dark glasses, shades, spectacles
  sunscreen, sunblock, sun blocker, cream, toiletry
  suspension bridge, bridge
  swab, swob, mop, cleaning implement
  sweatshirt, pullover, sweater, garment, clothing
  swimming trunks, bathing trunks, swimsuit, garment, clothing
  swing, plaything
  switch, electric switch, electrical switch, control
  syringe, medical instrument
  table lamp, lamp, furniture
  tank, army tank, armored combat vehicle, military vehicle, armored vehicle, tracked vehicle, vehicle
  tape player
  teapot, pot, cooking utensil, utensil
  teddy, teddy bear, plaything
  television, television system, telecommunication system, communication system
  tennis ball, ball
  thatch, thatched roof, roof
  theater curtain, theatre curtain, curtain, blind
  thimble, cap
  thresher, thrasher, threshing machine, farm machine, machine
  throne, chair of state, chair, seat, furniture
  tile roof, roof
  toaster, kitchen appliance, home appliance
  tobacco shop, tobacconist shop, tobacconist, shop
  toilet seat, seat, furniture
  torch, light, source of illumination
  totem pole, column, emblem, design, decoration
  tow truck, tow car, wrecker, truck, motor vehicle, vehicle
  toyshop, shop
  tractor, vehicle
  trailer truck, tractor trailer, trucking rig, truck, motor vehicle, vehicle
  tray, receptacle
  trench coat, raincoat, coat, overgarment, garment, clothing
  tricycle, trike, velocipede, vehicle
  trimaran, sailboat, sailing vessel, vehicle
  tripod, rack
  triumphal arch, arch, memorial
  trolleybus, trolley coach, trackless trolley, bus, public transport
  trombone, brass, wind instrument, musical instrument
  tub, vat
  turnstile, gate, movable barrier
  typewriter keyboard, keyboard
  umbrella, canopy, shelter
  unicycle, monocycle, vehicle
  upright, upright piano, piano, keyboard instrument, stringed instrument, percussion instrument, musical instrument
  vacuum, vacuum cleaner, home appliance
  vase, jar
  vault, roof
  velvet, fabric
  vending machine, slot machine, machine
  vestment, gown, outerwear, clothing
  viaduct, bridge
  violin, fiddle, bowed stringed instrument, stringed instrument, musical instrument
  volleyball, ball
  waffle iron, kitchen appliance, home appliance
  wall clock, clock, timepiece, measuring instrument
  wallet, billfold, notecase, case
  wardrobe, closet, press, furniture
  warplane, military plane, heavier-than-air craft, military vehicle, aircraft, vehicle
  washbasin, handbasin, washbowl, basin
  washer, automatic washer, washing machine, white goods, home appliance
  water bottle, bottle
  water jug, jug, bottle
  water tower, reservoir, tank
  whiskey jug, jug, bottle
  whistle, acoustic device, signaling device
  wig, hairpiece, attire, clothing
  window screen, screen
  window shade, window blind, blind
  Windsor tie, necktie, neckwear, garment, clothing
  wine bottle, bottle
  wing, airfoil
  wok, pan, cooking utensil, utensil
  wooden spoon, spoon, woodenware, cutlery, tableware
  wool, woolen, woollen, fabric
  worm fence, snake fence, snake-rail fence, rail fence, fence
  wreck, ship, vehicle
  yawl, small boat, boat, vehicle
  yurt, dwelling, housing
  web site, website, internet site, computer, machine
  comic book, magazine, press, publication, print media, medium
  crossword puzzle, crossword, puzzle
  street sign, sign
  traffic light, traffic signal, stoplight, light, visual signal
  book jacket, dust cover, dust jacket, jacket, wrapping
  menu, fare, food
  plate, entree, food
  guacamole, dip, condiment, flavorer, ingredient, food
  consomme, soup, dish, food
  hot pot, hotpot, stew, dish, food
  trifle, pudding, dessert, food
  ice cream, icecream, frozen dessert, dessert, food
  ice lolly, lolly, lollipop, frozen dessert, dessert, food
  French loaf, loaf of bread, bread, baked goods, starches, food
  bagel, beigel, bun, bread, baked goods, starches, food
  pretzel, cracker, bread, baked goods, starches, food
  cheeseburger, hamburger, sandwich, snack food, dish, food
  hotdog, hot dog, red hot, sandwich, snack food, dish, food
  mashed potato, potato, root vegetable, starches, solanaceous vegetable, vegetable, food
  head cabbage, cabbage, cruciferous vegetable, vegetable, food
  broccoli, cruciferous vegetable, vegetable, food
  cauliflower, cruciferous vegetable, vegetable, food
  zucchini, courgette, summer squash, squash, vegetable, food
  spaghetti squash, summer squash, squash, vegetable, food
  acorn squash, winter squash, squash, vegetable, food
  butternut squash, winter squash, squash, vegetable, food
  cucumber, cuke, vegetable, food
  artichoke, globe artichoke, vegetable, food
  bell pepper, sweet pepper, pepper, solanaceous vegetable, vegetable, food
  cardoon, vegetable, food
  mushroom, vegetable, food
  Granny Smith, eating apple, apple, edible fruit, pome, fruit, food
  strawberry, berry, edible fruit, fruit, food
  orange, citrus, edible fruit, fruit, food
  lemon, citrus, edible fruit, fruit, food
  fig, edible fruit, fruit, food
  pineapple, ananas, edible fruit, fruit, food
  banana, edible fruit, fruit, food
  jackfruit, jak, jack, edible fruit, fruit, food
  custard apple, edible fruit, fruit, food
  pomegranate, edible fruit, fruit, food
  hay, fodder, feed, food
  carbonara, spaghetti sauce, sauce, condiment, flavorer, ingredient, food
  chocolate sauce, chocolate syrup, sauce, condiment, flavorer, ingredient, food
  dough, concoction, food
  meat loaf, meatloaf, dish, loaf of bread, bread, food, baked goods, starches
  pizza, pizza pie, dish, food
  potpie, dish, food
  burrito, dish, food
  red wine, wine, alcohol, beverage, drug of abuse, food, liquid
  espresso, coffee, beverage, food, liquid, fluid
  cup, punch, mixed drink, alcohol, beverage, drug of abuse, food
  eggnog, punch, mixed drink, alcohol, beverage, drug of abuse, food
  alp, mountain
  bubble, globule, ball, sphere
  cliff, drop, drop-off
  coral reef, reef, ridge
  geyser, spring
  lakeside, lakeshore, shore
  promontory, headland, head
  sandbar, sand bar, bar, ridge
  seashore, coast, seacoast, shore
  valley, vale, natural depression
  volcano, mountain
  ballplayer, baseball player, athlete, player, contestant, person
  groom, bridegroom, participant, associate, peer, person
  scuba diver, diver, explorer, person
  rapeseed, oilseed, seed, fruit
  daisy, flower, angiosperm, spermatophyte, vascular plant, plant
  yellow lady's slipper, yellow lady-slipper, lady's slipper, orchid, flower, angiosperm, spermatophyte
  corn, kernel, grain, seed, fruit
  acorn, fruit
  hip, rose hip, rosehip, fruit
  buckeye, horse chestnut, conker, seed, fruit
  coral fungus, fungus
  agaric, basidiomycete, fungus
  gyromitra, fungus
  stinkhorn, carrion fungus, fungus
  earthstar, fungus
  hen-of-the-woods, hen of the woods, fungus
  bolete, fungus
  ear, spike, capitulum, fruit
  toilet tissue, toilet paper, bathroom tissue, tissue
  """
