"""The columns of PA-X's table: those that are read, and those of its topics, which are not."""

READ = frozenset(
    """
    con contp pp ppname reg agtid agt dat status lgt n_characters agtp stage stagesub part thrdpart othagr loc1iso loc2iso loc1gwno loc2gwno
    ucdpcon ucdpagr pamagr cowwar
    """.split()  # noqa: SIM905  # a list of words in quotation marks is harder to read
)
"""What stands before the topics. ``OthAgr`` and the places are known and not used."""

TOPICS = frozenset(
    """
    gch gchrhet gchantid gchsubs gchoth gdis gdisrhet gdisantid gdissubs gdisoth gage gagerhet gageantid gagesubs gageoth gmig gmigrhet
    gmigantid gmigsubs gmigoth gra grarhet graantid grasubs graoth gre grerhet greantid gresubs greoth gind gindrhet gindantid gindsubs
    gindoth goth gothrhet gothantid gothsubs gothoth gref grefrhet grefsubs grefoth gsoc gsocrhet gsocantid gsocsubs gsocoth gewom geme
    gemenu gemeoth geso gelgbti gelgbtipos gelgbtineg gefa stdef stgen stcon stsd stref stsym stind stuni stbor stxbor pol polgen polnewind
    polnewtemp conren cons ele eleccomm polpar polpartrans polparoth civso tral pubad polps ppsst ppssub ppsex ppsoro ppsothpr ppsvet ppsaut
    ppsint ppsoth terps tpssub tpsloc tpsaut tpsoth eps epsres epsfis epsoth mps mpsme mpsjt mpspro mpsoth hrgen eqgen hrdem prot protciv
    protgrp protlgl prototh hrfra hrfsp hrfbor hrftinc hrfoth hrcp cprlife cprtort cpreq cprslav cprlib cprdet cprfmov cprfspe cprfass
    cprtria cprpriv cprvote cprreli cproth hrsec serprop serwork serheal seredu serstdl sershel serss sercult seroth hrni hrnime hrnine
    hrnioth hrii hriimon hriibod hriioth hrmob hrdet med medgov medsubs medlog medoth hrcit citgen citrights citdef citoth juscr juscrsp
    juscrsys juscrpow jusem jusju juspri justra dev devsoc devhum devinfra nec natres intfu bus tax taxpo taxref taxoth ban cenban banpers
    banint banxb laref larefman larefret larefoth lanom lach lachta lachit lachpro lachoth laen wat ssrgua ce ceprov cegen ssrpol ssrarm
    ssrddr ddrdemil ddrprog ssrint ssrpsf ssrff cor ssrcrocr ssrdrugs terr tjgen tjam tjampro tjsan tjpower tjamban tjcou tjjanc tjjaic
    tjmech tjprire tjvet tjvic tjmis tjrep tjrsym tjrma tjnr imun imoth imref impk ime imsrc
    """.split()  # noqa: SIM905  # a list of words in quotation marks is harder to read
)
"""How far an agreement speaks of each topic, from 0 to 3."""
