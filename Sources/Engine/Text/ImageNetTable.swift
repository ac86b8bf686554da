/// The 1000 ImageNet class names that OpenAI's CLIP was evaluated with, and their WordNet ids.
///
/// The classes are those of ILSVRC-2012 in its order, which is the order of the ids. An id is `n`
/// and the eight-digit offset of the noun synset in WordNet 3.0. Two names occur twice: "missile"
/// and "sunglasses", each for two synsets; so 998 names are distinct.
///
/// Made by `Tests/Oracle/imagenet_table.py`, not by hand. Names: OpenAI's curated list, as
/// `open_clip/zero_shot_metadata.py` has it (`IMAGENET_CLASSNAMES`; CLIP and open_clip are under
/// the MIT License). Ids: facts of ILSVRC-2012, each found in WordNet 3.0.
enum ImageNetTable {
  /// One class a line, in class order: WordNet id, tab, name.
  static let rows = """
    n01440764\ttench
    n01443537\tgoldfish
    n01484850\tgreat white shark
    n01491361\ttiger shark
    n01494475\thammerhead shark
    n01496331\telectric ray
    n01498041\tstingray
    n01514668\trooster
    n01514859\then
    n01518878\tostrich
    n01530575\tbrambling
    n01531178\tgoldfinch
    n01532829\thouse finch
    n01534433\tjunco
    n01537544\tindigo bunting
    n01558993\tAmerican robin
    n01560419\tbulbul
    n01580077\tjay
    n01582220\tmagpie
    n01592084\tchickadee
    n01601694\tAmerican dipper
    n01608432\tkite (bird of prey)
    n01614925\tbald eagle
    n01616318\tvulture
    n01622779\tgreat grey owl
    n01629819\tfire salamander
    n01630670\tsmooth newt
    n01631663\tnewt
    n01632458\tspotted salamander
    n01632777\taxolotl
    n01641577\tAmerican bullfrog
    n01644373\ttree frog
    n01644900\ttailed frog
    n01664065\tloggerhead sea turtle
    n01665541\tleatherback sea turtle
    n01667114\tmud turtle
    n01667778\tterrapin
    n01669191\tbox turtle
    n01675722\tbanded gecko
    n01677366\tgreen iguana
    n01682714\tCarolina anole
    n01685808\tdesert grassland whiptail lizard
    n01687978\tagama
    n01688243\tfrilled-necked lizard
    n01689811\talligator lizard
    n01692333\tGila monster
    n01693334\tEuropean green lizard
    n01694178\tchameleon
    n01695060\tKomodo dragon
    n01697457\tNile crocodile
    n01698640\tAmerican alligator
    n01704323\ttriceratops
    n01728572\tworm snake
    n01728920\tring-necked snake
    n01729322\teastern hog-nosed snake
    n01729977\tsmooth green snake
    n01734418\tkingsnake
    n01735189\tgarter snake
    n01737021\twater snake
    n01739381\tvine snake
    n01740131\tnight snake
    n01742172\tboa constrictor
    n01744401\tAfrican rock python
    n01748264\tIndian cobra
    n01749939\tgreen mamba
    n01751748\tsea snake
    n01753488\tSaharan horned viper
    n01755581\teastern diamondback rattlesnake
    n01756291\tsidewinder rattlesnake
    n01768244\ttrilobite
    n01770081\tharvestman
    n01770393\tscorpion
    n01773157\tyellow garden spider
    n01773549\tbarn spider
    n01773797\tEuropean garden spider
    n01774384\tsouthern black widow
    n01774750\ttarantula
    n01775062\twolf spider
    n01776313\ttick
    n01784675\tcentipede
    n01795545\tblack grouse
    n01796340\tptarmigan
    n01797886\truffed grouse
    n01798484\tprairie grouse
    n01806143\tpeafowl
    n01806567\tquail
    n01807496\tpartridge
    n01817953\tafrican grey parrot
    n01818515\tmacaw
    n01819313\tsulphur-crested cockatoo
    n01820546\tlorikeet
    n01824575\tcoucal
    n01828970\tbee eater
    n01829413\thornbill
    n01833805\thummingbird
    n01843065\tjacamar
    n01843383\ttoucan
    n01847000\tduck
    n01855032\tred-breasted merganser
    n01855672\tgoose
    n01860187\tblack swan
    n01871265\ttusker
    n01872401\techidna
    n01873310\tplatypus
    n01877812\twallaby
    n01882714\tkoala
    n01883070\twombat
    n01910747\tjellyfish
    n01914609\tsea anemone
    n01917289\tbrain coral
    n01924916\tflatworm
    n01930112\tnematode
    n01943899\tconch
    n01944390\tsnail
    n01945685\tslug
    n01950731\tsea slug
    n01955084\tchiton
    n01968897\tchambered nautilus
    n01978287\tDungeness crab
    n01978455\trock crab
    n01980166\tfiddler crab
    n01981276\tred king crab
    n01983481\tAmerican lobster
    n01984695\tspiny lobster
    n01985128\tcrayfish
    n01986214\thermit crab
    n01990800\tisopod
    n02002556\twhite stork
    n02002724\tblack stork
    n02006656\tspoonbill
    n02007558\tflamingo
    n02009229\tlittle blue heron
    n02009912\tgreat egret
    n02011460\tbittern bird
    n02012849\tcrane bird
    n02013706\tlimpkin
    n02017213\tcommon gallinule
    n02018207\tAmerican coot
    n02018795\tbustard
    n02025239\truddy turnstone
    n02027492\tdunlin
    n02028035\tcommon redshank
    n02033041\tdowitcher
    n02037110\toystercatcher
    n02051845\tpelican
    n02056570\tking penguin
    n02058221\talbatross
    n02066245\tgrey whale
    n02071294\tkiller whale
    n02074367\tdugong
    n02077923\tsea lion
    n02085620\tChihuahua
    n02085782\tJapanese Chin
    n02085936\tMaltese
    n02086079\tPekingese
    n02086240\tShih Tzu
    n02086646\tKing Charles Spaniel
    n02086910\tPapillon
    n02087046\ttoy terrier
    n02087394\tRhodesian Ridgeback
    n02088094\tAfghan Hound
    n02088238\tBasset Hound
    n02088364\tBeagle
    n02088466\tBloodhound
    n02088632\tBluetick Coonhound
    n02089078\tBlack and Tan Coonhound
    n02089867\tTreeing Walker Coonhound
    n02089973\tEnglish foxhound
    n02090379\tRedbone Coonhound
    n02090622\tborzoi
    n02090721\tIrish Wolfhound
    n02091032\tItalian Greyhound
    n02091134\tWhippet
    n02091244\tIbizan Hound
    n02091467\tNorwegian Elkhound
    n02091635\tOtterhound
    n02091831\tSaluki
    n02092002\tScottish Deerhound
    n02092339\tWeimaraner
    n02093256\tStaffordshire Bull Terrier
    n02093428\tAmerican Staffordshire Terrier
    n02093647\tBedlington Terrier
    n02093754\tBorder Terrier
    n02093859\tKerry Blue Terrier
    n02093991\tIrish Terrier
    n02094114\tNorfolk Terrier
    n02094258\tNorwich Terrier
    n02094433\tYorkshire Terrier
    n02095314\tWire Fox Terrier
    n02095570\tLakeland Terrier
    n02095889\tSealyham Terrier
    n02096051\tAiredale Terrier
    n02096177\tCairn Terrier
    n02096294\tAustralian Terrier
    n02096437\tDandie Dinmont Terrier
    n02096585\tBoston Terrier
    n02097047\tMiniature Schnauzer
    n02097130\tGiant Schnauzer
    n02097209\tStandard Schnauzer
    n02097298\tScottish Terrier
    n02097474\tTibetan Terrier
    n02097658\tAustralian Silky Terrier
    n02098105\tSoft-coated Wheaten Terrier
    n02098286\tWest Highland White Terrier
    n02098413\tLhasa Apso
    n02099267\tFlat-Coated Retriever
    n02099429\tCurly-coated Retriever
    n02099601\tGolden Retriever
    n02099712\tLabrador Retriever
    n02099849\tChesapeake Bay Retriever
    n02100236\tGerman Shorthaired Pointer
    n02100583\tVizsla
    n02100735\tEnglish Setter
    n02100877\tIrish Setter
    n02101006\tGordon Setter
    n02101388\tBrittany dog
    n02101556\tClumber Spaniel
    n02102040\tEnglish Springer Spaniel
    n02102177\tWelsh Springer Spaniel
    n02102318\tCocker Spaniel
    n02102480\tSussex Spaniel
    n02102973\tIrish Water Spaniel
    n02104029\tKuvasz
    n02104365\tSchipperke
    n02105056\tGroenendael dog
    n02105162\tMalinois
    n02105251\tBriard
    n02105412\tAustralian Kelpie
    n02105505\tKomondor
    n02105641\tOld English Sheepdog
    n02105855\tShetland Sheepdog
    n02106030\tcollie
    n02106166\tBorder Collie
    n02106382\tBouvier des Flandres dog
    n02106550\tRottweiler
    n02106662\tGerman Shepherd Dog
    n02107142\tDobermann
    n02107312\tMiniature Pinscher
    n02107574\tGreater Swiss Mountain Dog
    n02107683\tBernese Mountain Dog
    n02107908\tAppenzeller Sennenhund
    n02108000\tEntlebucher Sennenhund
    n02108089\tBoxer
    n02108422\tBullmastiff
    n02108551\tTibetan Mastiff
    n02108915\tFrench Bulldog
    n02109047\tGreat Dane
    n02109525\tSt. Bernard
    n02109961\thusky
    n02110063\tAlaskan Malamute
    n02110185\tSiberian Husky
    n02110341\tDalmatian
    n02110627\tAffenpinscher
    n02110806\tBasenji
    n02110958\tpug
    n02111129\tLeonberger
    n02111277\tNewfoundland dog
    n02111500\tGreat Pyrenees dog
    n02111889\tSamoyed
    n02112018\tPomeranian
    n02112137\tChow Chow
    n02112350\tKeeshond
    n02112706\tbrussels griffon
    n02113023\tPembroke Welsh Corgi
    n02113186\tCardigan Welsh Corgi
    n02113624\tToy Poodle
    n02113712\tMiniature Poodle
    n02113799\tStandard Poodle
    n02113978\tMexican hairless dog (xoloitzcuintli)
    n02114367\tgrey wolf
    n02114548\tAlaskan tundra wolf
    n02114712\tred wolf or maned wolf
    n02114855\tcoyote
    n02115641\tdingo
    n02115913\tdhole
    n02116738\tAfrican wild dog
    n02117135\thyena
    n02119022\tred fox
    n02119789\tkit fox
    n02120079\tArctic fox
    n02120505\tgrey fox
    n02123045\ttabby cat
    n02123159\ttiger cat
    n02123394\tPersian cat
    n02123597\tSiamese cat
    n02124075\tEgyptian Mau
    n02125311\tcougar
    n02127052\tlynx
    n02128385\tleopard
    n02128757\tsnow leopard
    n02128925\tjaguar
    n02129165\tlion
    n02129604\ttiger
    n02130308\tcheetah
    n02132136\tbrown bear
    n02133161\tAmerican black bear
    n02134084\tpolar bear
    n02134418\tsloth bear
    n02137549\tmongoose
    n02138441\tmeerkat
    n02165105\ttiger beetle
    n02165456\tladybug
    n02167151\tground beetle
    n02168699\tlonghorn beetle
    n02169497\tleaf beetle
    n02172182\tdung beetle
    n02174001\trhinoceros beetle
    n02177972\tweevil
    n02190166\tfly
    n02206856\tbee
    n02219486\tant
    n02226429\tgrasshopper
    n02229544\tcricket insect
    n02231487\tstick insect
    n02233338\tcockroach
    n02236044\tpraying mantis
    n02256656\tcicada
    n02259212\tleafhopper
    n02264363\tlacewing
    n02268443\tdragonfly
    n02268853\tdamselfly
    n02276258\tred admiral butterfly
    n02277742\tringlet butterfly
    n02279972\tmonarch butterfly
    n02280649\tsmall white butterfly
    n02281406\tsulphur butterfly
    n02281787\tgossamer-winged butterfly
    n02317335\tstarfish
    n02319095\tsea urchin
    n02321529\tsea cucumber
    n02325366\tcottontail rabbit
    n02326432\thare
    n02328150\tAngora rabbit
    n02342885\thamster
    n02346627\tporcupine
    n02356798\tfox squirrel
    n02361337\tmarmot
    n02363005\tbeaver
    n02364673\tguinea pig
    n02389026\tcommon sorrel horse
    n02391049\tzebra
    n02395406\tpig
    n02396427\twild boar
    n02397096\twarthog
    n02398521\thippopotamus
    n02403003\tox
    n02408429\twater buffalo
    n02410509\tbison
    n02412080\tram (adult male sheep)
    n02415577\tbighorn sheep
    n02417914\tAlpine ibex
    n02422106\thartebeest
    n02422699\timpala (antelope)
    n02423022\tgazelle
    n02437312\tarabian camel
    n02437616\tllama
    n02441942\tweasel
    n02442845\tmink
    n02443114\tEuropean polecat
    n02443484\tblack-footed ferret
    n02444819\totter
    n02445715\tskunk
    n02447366\tbadger
    n02454379\tarmadillo
    n02457408\tthree-toed sloth
    n02480495\torangutan
    n02480855\tgorilla
    n02481823\tchimpanzee
    n02483362\tgibbon
    n02483708\tsiamang
    n02484975\tguenon
    n02486261\tpatas monkey
    n02486410\tbaboon
    n02487347\tmacaque
    n02488291\tlangur
    n02488702\tblack-and-white colobus
    n02489166\tproboscis monkey
    n02490219\tmarmoset
    n02492035\twhite-headed capuchin
    n02492660\thowler monkey
    n02493509\ttiti monkey
    n02493793\tGeoffroy's spider monkey
    n02494079\tcommon squirrel monkey
    n02497673\tring-tailed lemur
    n02500267\tindri
    n02504013\tAsian elephant
    n02504458\tAfrican bush elephant
    n02509815\tred panda
    n02510455\tgiant panda
    n02514041\tsnoek fish
    n02526121\teel
    n02536864\tsilver salmon
    n02606052\trock beauty fish
    n02607072\tclownfish
    n02640242\tsturgeon
    n02641379\tgar fish
    n02643566\tlionfish
    n02655020\tpufferfish
    n02666196\tabacus
    n02667093\tabaya
    n02669723\tacademic gown
    n02672831\taccordion
    n02676566\tacoustic guitar
    n02687172\taircraft carrier
    n02690373\tairliner
    n02692877\tairship
    n02699494\taltar
    n02701002\tambulance
    n02704792\tamphibious vehicle
    n02708093\tanalog clock
    n02727426\tapiary
    n02730930\tapron
    n02747177\ttrash can
    n02749479\tassault rifle
    n02769748\tbackpack
    n02776631\tbakery
    n02777292\tbalance beam
    n02782093\tballoon
    n02783161\tballpoint pen
    n02786058\tBand-Aid
    n02787622\tbanjo
    n02788148\tbaluster / handrail
    n02790996\tbarbell
    n02791124\tbarber chair
    n02791270\tbarbershop
    n02793495\tbarn
    n02794156\tbarometer
    n02795169\tbarrel
    n02797295\twheelbarrow
    n02799071\tbaseball
    n02802426\tbasketball
    n02804414\tbassinet
    n02804610\tbassoon
    n02807133\tswimming cap
    n02808304\tbath towel
    n02808440\tbathtub
    n02814533\tstation wagon
    n02814860\tlighthouse
    n02815834\tbeaker
    n02817516\tmilitary hat (bearskin or shako)
    n02823428\tbeer bottle
    n02823750\tbeer glass
    n02825657\tbell tower
    n02834397\tbaby bib
    n02835271\ttandem bicycle
    n02837789\tbikini
    n02840245\tring binder
    n02841315\tbinoculars
    n02843684\tbirdhouse
    n02859443\tboathouse
    n02860847\tbobsleigh
    n02865351\tbolo tie
    n02869837\tpoke bonnet
    n02870880\tbookcase
    n02871525\tbookstore
    n02877765\tbottle cap
    n02879718\thunting bow
    n02883205\tbow tie
    n02892201\tbrass memorial plaque
    n02892767\tbra
    n02894605\tbreakwater
    n02895154\tbreastplate
    n02906734\tbroom
    n02909870\tbucket
    n02910353\tbuckle
    n02916936\tbulletproof vest
    n02917067\thigh-speed train
    n02927161\tbutcher shop
    n02930766\ttaxicab
    n02939185\tcauldron
    n02948072\tcandle
    n02950826\tcannon
    n02951358\tcanoe
    n02951585\tcan opener
    n02963159\tcardigan
    n02965783\tcar mirror
    n02966193\tcarousel
    n02966687\ttool kit
    n02971356\tcardboard box / carton
    n02974003\tcar wheel
    n02977058\tautomated teller machine
    n02978881\tcassette
    n02979186\tcassette player
    n02980441\tcastle
    n02981792\tcatamaran
    n02988304\tCD player
    n02992211\tcello
    n02992529\tmobile phone
    n02999410\tchain
    n03000134\tchain-link fence
    n03000247\tchain mail
    n03000684\tchainsaw
    n03014705\tstorage chest
    n03016953\tchiffonier
    n03017168\tbell or wind chime
    n03018349\tchina cabinet
    n03026506\tChristmas stocking
    n03028079\tchurch
    n03032252\tmovie theater
    n03041632\tcleaver
    n03042490\tcliff dwelling
    n03045698\tcloak
    n03047690\tclogs
    n03062245\tcocktail shaker
    n03063599\tcoffee mug
    n03063689\tcoffeemaker
    n03065424\tspiral or coil
    n03075370\tcombination lock
    n03085013\tcomputer keyboard
    n03089624\tcandy store
    n03095699\tcontainer ship
    n03100240\tconvertible
    n03109150\tcorkscrew
    n03110669\tcornet
    n03124043\tcowboy boot
    n03124170\tcowboy hat
    n03125729\tcradle
    n03126707\tconstruction crane
    n03127747\tcrash helmet
    n03127925\tcrate
    n03131574\tinfant bed
    n03133878\tCrock Pot
    n03134739\tcroquet ball
    n03141823\tcrutch
    n03146219\tcuirass
    n03160309\tdam
    n03179701\tdesk
    n03180011\tdesktop computer
    n03187595\trotary dial telephone
    n03188531\tdiaper
    n03196217\tdigital clock
    n03197337\tdigital watch
    n03201208\tdining table
    n03207743\tdishcloth
    n03207941\tdishwasher
    n03208938\tdisc brake
    n03216828\tdock
    n03218198\tdog sled
    n03220513\tdome
    n03223299\tdoormat
    n03240683\tdrilling rig
    n03249569\tdrum
    n03250847\tdrumstick
    n03255030\tdumbbell
    n03259280\tDutch oven
    n03271574\telectric fan
    n03272010\telectric guitar
    n03272562\telectric locomotive
    n03290653\tentertainment center
    n03291819\tenvelope
    n03297495\tespresso machine
    n03314780\tface powder
    n03325584\tfeather boa
    n03337140\tfiling cabinet
    n03344393\tfireboat
    n03345487\tfire truck
    n03347037\tfire screen
    n03355925\tflagpole
    n03372029\tflute
    n03376595\tfolding chair
    n03379051\tfootball helmet
    n03384352\tforklift
    n03388043\tfountain
    n03388183\tfountain pen
    n03388549\tfour-poster bed
    n03393912\tfreight car
    n03394916\tFrench horn
    n03400231\tfrying pan
    n03404251\tfur coat
    n03417042\tgarbage truck
    n03424325\tgas mask or respirator
    n03425413\tgas pump
    n03443371\tgoblet
    n03444034\tgo-kart
    n03445777\tgolf ball
    n03445924\tgolf cart
    n03447447\tgondola
    n03447721\tgong
    n03450230\tgown
    n03452741\tgrand piano
    n03457902\tgreenhouse
    n03459775\tradiator grille
    n03461385\tgrocery store
    n03467068\tguillotine
    n03476684\thair clip
    n03476991\thair spray
    n03478589\thalf-track
    n03481172\thammer
    n03482405\thamper
    n03483316\thair dryer
    n03485407\thand-held computer
    n03485794\thandkerchief
    n03492542\thard disk drive
    n03494278\tharmonica
    n03495258\tharp
    n03496892\tcombine harvester
    n03498962\thatchet
    n03527444\tholster
    n03529860\thome theater
    n03530642\thoneycomb
    n03532672\thook
    n03534580\thoop skirt
    n03535780\tgymnastic horizontal bar
    n03538406\thorse-drawn vehicle
    n03544143\thourglass
    n03584254\tiPod
    n03584829\tclothes iron
    n03590841\tcarved pumpkin
    n03594734\tjeans
    n03594945\tjeep
    n03595614\tT-shirt
    n03598930\tjigsaw puzzle
    n03599486\trickshaw
    n03602883\tjoystick
    n03617480\tkimono
    n03623198\tknee pad
    n03627232\tknot
    n03630383\tlab coat
    n03633091\tladle
    n03637318\tlampshade
    n03642806\tlaptop computer
    n03649909\tlawn mower
    n03657121\tlens cap
    n03658185\tletter opener
    n03661043\tlibrary
    n03662601\tlifeboat
    n03666591\tlighter
    n03670208\tlimousine
    n03673027\tocean liner
    n03676483\tlipstick
    n03680355\tslip-on shoe
    n03690938\tlotion
    n03691459\tmusic speaker
    n03692522\tloupe magnifying glass
    n03697007\tsawmill
    n03706229\tmagnetic compass
    n03709823\tmessenger bag
    n03710193\tmailbox
    n03710637\ttights
    n03710721\tone-piece bathing suit
    n03717622\tmanhole cover
    n03720891\tmaraca
    n03721384\tmarimba
    n03724870\tmask
    n03729826\tmatchstick
    n03733131\tmaypole
    n03733281\tmaze
    n03733805\tmeasuring cup
    n03742115\tmedicine cabinet
    n03743016\tmegalith
    n03759954\tmicrophone
    n03761084\tmicrowave oven
    n03763968\tmilitary uniform
    n03764736\tmilk can
    n03769881\tminibus
    n03770439\tminiskirt
    n03770679\tminivan
    n03773504\tmissile
    n03775071\tmitten
    n03775546\tmixing bowl
    n03776460\tmobile home
    n03777568\tford model t
    n03777754\tmodem
    n03781244\tmonastery
    n03782006\tmonitor
    n03785016\tmoped
    n03786901\tmortar and pestle
    n03787032\tgraduation cap
    n03788195\tmosque
    n03788365\tmosquito net
    n03791053\tvespa
    n03792782\tmountain bike
    n03792972\ttent
    n03793489\tcomputer mouse
    n03794056\tmousetrap
    n03796401\tmoving van
    n03803284\tmuzzle
    n03804744\tmetal nail
    n03814639\tneck brace
    n03814906\tnecklace
    n03825788\tbaby pacifier
    n03832673\tnotebook computer
    n03837869\tobelisk
    n03838899\toboe
    n03840681\tocarina
    n03841143\todometer
    n03843555\toil filter
    n03854065\tpipe organ
    n03857828\toscilloscope
    n03866082\toverskirt
    n03868242\tbullock cart
    n03868863\toxygen mask
    n03871628\tproduct packet / packaging
    n03873416\tpaddle
    n03874293\tpaddle wheel
    n03874599\tpadlock
    n03876231\tpaintbrush
    n03877472\tpajamas
    n03877845\tpalace
    n03884397\tpan flute
    n03887697\tpaper towel
    n03888257\tparachute
    n03888605\tparallel bars
    n03891251\tpark bench
    n03891332\tparking meter
    n03895866\trailroad car
    n03899768\tpatio
    n03902125\tpayphone
    n03903868\tpedestal
    n03908618\tpencil case
    n03908714\tpencil sharpener
    n03916031\tperfume
    n03920288\tPetri dish
    n03924679\tphotocopier
    n03929660\tplectrum
    n03929855\tPickelhaube
    n03930313\tpicket fence
    n03930630\tpickup truck
    n03933933\tpier
    n03935335\tpiggy bank
    n03937543\tpill bottle
    n03938244\tpillow
    n03942813\tping-pong ball
    n03944341\tpinwheel
    n03947888\tpirate ship
    n03950228\tdrink pitcher
    n03954731\tblock plane
    n03956157\tplanetarium
    n03958227\tplastic bag
    n03961711\tplate rack
    n03967562\tfarm plow
    n03970156\tplunger
    n03976467\tPolaroid camera
    n03976657\tpole
    n03977966\tpolice van
    n03980874\tponcho
    n03982430\tpool table
    n03983396\tsoda bottle
    n03991062\tplant pot
    n03992509\tpotter's wheel
    n03995372\tpower drill
    n03998194\tprayer rug
    n04004767\tprinter
    n04005630\tprison
    n04008634\tmissile
    n04009552\tprojector
    n04019541\thockey puck
    n04023962\tpunching bag
    n04026417\tpurse
    n04033901\tquill
    n04033995\tquilt
    n04037443\trace car
    n04039381\tracket
    n04040759\tradiator
    n04041544\tradio
    n04044716\tradio telescope
    n04049303\train barrel
    n04065272\trecreational vehicle
    n04067472\tfishing casting reel
    n04069434\treflex camera
    n04070727\trefrigerator
    n04074963\tremote control
    n04081281\trestaurant
    n04086273\trevolver
    n04090263\trifle
    n04099969\trocking chair
    n04111531\trotisserie
    n04116512\teraser
    n04118538\trugby ball
    n04118776\truler measuring stick
    n04120489\tsneaker
    n04125021\tsafe
    n04127249\tsafety pin
    n04131690\tsalt shaker
    n04133789\tsandal
    n04136333\tsarong
    n04141076\tsaxophone
    n04141327\tscabbard
    n04141975\tweighing scale
    n04146614\tschool bus
    n04147183\tschooner
    n04149813\tscoreboard
    n04152593\tCRT monitor
    n04153751\tscrew
    n04154565\tscrewdriver
    n04162706\tseat belt
    n04179913\tsewing machine
    n04192698\tshield
    n04200800\tshoe store
    n04201297\tshoji screen / room divider
    n04204238\tshopping basket
    n04204347\tshopping cart
    n04208210\tshovel
    n04209133\tshower cap
    n04209239\tshower curtain
    n04228054\tski
    n04229816\tbalaclava ski mask
    n04235860\tsleeping bag
    n04238763\tslide rule
    n04239074\tsliding door
    n04243546\tslot machine
    n04251144\tsnorkel
    n04252077\tsnowmobile
    n04252225\tsnowplow
    n04254120\tsoap dispenser
    n04254680\tsoccer ball
    n04254777\tsock
    n04258138\tsolar thermal collector
    n04259630\tsombrero
    n04263257\tsoup bowl
    n04264628\tkeyboard space bar
    n04265275\tspace heater
    n04266014\tspace shuttle
    n04270147\tspatula
    n04273569\tmotorboat
    n04275548\tspider web
    n04277352\tspindle
    n04285008\tsports car
    n04286575\tspotlight
    n04296562\tstage
    n04310018\tsteam locomotive
    n04311004\tthrough arch bridge
    n04311174\tsteel drum
    n04317175\tstethoscope
    n04325704\tscarf
    n04326547\tstone wall
    n04328186\tstopwatch
    n04330267\tstove
    n04332243\tstrainer
    n04335435\ttram
    n04336792\tstretcher
    n04344873\tcouch
    n04346328\tstupa
    n04347754\tsubmarine
    n04350905\tsuit
    n04355338\tsundial
    n04355933\tsunglasses
    n04356056\tsunglasses
    n04357314\tsunscreen
    n04366367\tsuspension bridge
    n04367480\tmop
    n04370456\tsweatshirt
    n04371430\tswim trunks / shorts
    n04371774\tswing
    n04372370\telectrical switch
    n04376876\tsyringe
    n04380533\ttable lamp
    n04389033\ttank
    n04392985\ttape player
    n04398044\tteapot
    n04399382\tteddy bear
    n04404412\ttelevision
    n04409515\ttennis ball
    n04417672\tthatched roof
    n04418357\tfront curtain
    n04423845\tthimble
    n04428191\tthreshing machine
    n04429376\tthrone
    n04435653\ttile roof
    n04442312\ttoaster
    n04443257\ttobacco shop
    n04447861\ttoilet seat
    n04456115\ttorch
    n04458633\ttotem pole
    n04461696\ttow truck
    n04462240\ttoy store
    n04465501\ttractor
    n04467665\tsemi-trailer truck
    n04476259\ttray
    n04479046\ttrench coat
    n04482393\ttricycle
    n04483307\ttrimaran
    n04485082\ttripod
    n04486054\ttriumphal arch
    n04487081\ttrolleybus
    n04487394\ttrombone
    n04493381\thot tub
    n04501370\tturnstile
    n04505470\ttypewriter keyboard
    n04507155\tumbrella
    n04509417\tunicycle
    n04515003\tupright piano
    n04517823\tvacuum cleaner
    n04522168\tvase
    n04523525\tvaulted or arched ceiling
    n04525038\tvelvet fabric
    n04525305\tvending machine
    n04532106\tvestment
    n04532670\tviaduct
    n04536866\tviolin
    n04540053\tvolleyball
    n04542943\twaffle iron
    n04548280\twall clock
    n04548362\twallet
    n04550184\twardrobe
    n04552348\tmilitary aircraft
    n04553703\tsink
    n04554684\twashing machine
    n04557648\twater bottle
    n04560804\twater jug
    n04562935\twater tower
    n04579145\twhiskey jug
    n04579432\twhistle
    n04584207\thair wig
    n04589890\twindow screen
    n04590129\twindow shade
    n04591157\tWindsor tie
    n04591713\twine bottle
    n04592741\tairplane wing
    n04596742\twok
    n04597913\twooden spoon
    n04599235\twool
    n04604644\tsplit-rail fence
    n04606251\tshipwreck
    n04612504\tsailboat
    n04613696\tyurt
    n06359193\twebsite
    n06596364\tcomic book
    n06785654\tcrossword
    n06794110\ttraffic or street sign
    n06874185\ttraffic light
    n07248320\tdust jacket
    n07565083\tmenu
    n07579787\tplate
    n07583066\tguacamole
    n07584110\tconsomme
    n07590611\thot pot
    n07613480\ttrifle
    n07614500\tice cream
    n07615774\tpopsicle
    n07684084\tbaguette
    n07693725\tbagel
    n07695742\tpretzel
    n07697313\tcheeseburger
    n07697537\thot dog
    n07711569\tmashed potatoes
    n07714571\tcabbage
    n07714990\tbroccoli
    n07715103\tcauliflower
    n07716358\tzucchini
    n07716906\tspaghetti squash
    n07717410\tacorn squash
    n07717556\tbutternut squash
    n07718472\tcucumber
    n07718747\tartichoke
    n07720875\tbell pepper
    n07730033\tcardoon
    n07734744\tmushroom
    n07742313\tGranny Smith apple
    n07745940\tstrawberry
    n07747607\torange
    n07749582\tlemon
    n07753113\tfig
    n07753275\tpineapple
    n07753592\tbanana
    n07754684\tjackfruit
    n07760859\tcherimoya (custard apple)
    n07768694\tpomegranate
    n07802026\thay
    n07831146\tcarbonara
    n07836838\tchocolate syrup
    n07860988\tdough
    n07871810\tmeatloaf
    n07873807\tpizza
    n07875152\tpot pie
    n07880968\tburrito
    n07892512\tred wine
    n07920052\tespresso
    n07930864\ttea cup
    n07932039\teggnog
    n09193705\tmountain
    n09229709\tbubble
    n09246464\tcliff
    n09256479\tcoral reef
    n09288635\tgeyser
    n09332890\tlakeshore
    n09399592\tpromontory
    n09421951\tsandbar
    n09428293\tbeach
    n09468604\tvalley
    n09472597\tvolcano
    n09835506\tbaseball player
    n10148035\tbridegroom
    n10565667\tscuba diver
    n11879895\trapeseed
    n11939491\tdaisy
    n12057211\tyellow lady's slipper
    n12144580\tcorn
    n12267677\tacorn
    n12620546\trose hip
    n12768682\thorse chestnut seed
    n12985857\tcoral fungus
    n12998815\tagaric
    n13037406\tgyromitra
    n13040303\tstinkhorn mushroom
    n13044778\tearth star fungus
    n13052670\then of the woods mushroom
    n13054560\tbolete
    n13133613\tcorn cob
    n15075141\ttoilet paper
    """
}
